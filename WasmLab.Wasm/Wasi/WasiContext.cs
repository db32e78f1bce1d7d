using WasmLab.Wasm.Wasi.Descriptors;
using WasmLab.Wasm.Wasi.Files;
using WasmLab.Wasm.Wasi.Waiting;

namespace WasmLab.Wasm.Wasi;

/// <summary>
/// WASI preview 1 with WasmEdge's socket extension, for one instance: its arguments, descriptors and waits.
/// The guest's calls run on its own thread; only <see cref="Interrupt"/> may be called from others.
/// </summary>
public sealed class WasiContext : IDisposable
{
    internal static readonly TimeSpan Forever = TimeSpan.FromMilliseconds(-1);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _interruption = new();
    private IWaiter? _waiter;
    private bool _disposed;
    private volatile string? _interruptReason;
    private volatile bool _isWaiting;
    private Instance? _caller;
    private Memory? _memory;
    private CancellationTokenRegistration _callerInterruption;

    /// <summary>Prepares the descriptors: 0 to 2 are the standard streams, then come the preopens.</summary>
    /// <exception cref="DirectoryNotFoundException">A preopen's directory does not exist.</exception>
    public WasiContext(WasiConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        Configuration = configuration;
        StartTimestamp = configuration.TimeProvider.GetTimestamp();
        Descriptors.Add(new StreamDescriptor(configuration.StandardInput) { Rights = Rights.InputStream, Inheriting = Rights.None });
        Descriptors.Add(new StreamDescriptor(configuration.StandardOutput) { Rights = Rights.OutputStream, Inheriting = Rights.None });
        Descriptors.Add(new StreamDescriptor(configuration.StandardError) { Rights = Rights.OutputStream, Inheriting = Rights.None });
        foreach (var preopen in configuration.Preopens)
        {
            if (!Directory.Exists(preopen.HostPath))
            {
                throw new DirectoryNotFoundException($"The directory {preopen.HostPath}, to be the module's {preopen.GuestPath}, does not exist.");
            }

            var withheld = preopen.IsReadOnly ? Rights.Modifying : Rights.None;
            Descriptors.Add(new DirectoryDescriptor(HostDirectory.Open(preopen.HostPath), preopen.GuestPath)
            {
                Rights = Rights.Directory & ~withheld,
                Inheriting = Rights.All & ~withheld,
            });
        }
    }

    internal WasiConfiguration Configuration { get; }

    internal DescriptorTable Descriptors { get; } = new();

    internal long StartTimestamp { get; }

    internal WaitEntry[] WaitEntries { get; set; } = new WaitEntry[8];

    internal int[] WaitSubscriptions { get; set; } = new int[8];

    internal Descriptor[] WaitDescriptors { get; set; } = new Descriptor[8];

    /// <summary>What is waited for, as the guest told it.</summary>
    internal byte[] PollSubscriptions { get; set; } = [];

    /// <summary>The number of the current poll: how a second subscription of one descriptor is told from the first.</summary>
    internal long PollSequence { get; set; }

    internal CancellationToken InterruptionToken => _interruption.Token;

    /// <summary>Whether the guest is blocked in a wait right now.</summary>
    internal bool IsWaiting => _isWaiting;

    /// <summary>Whether a module could be given this import: a function of WASI or of WasmEdge's sockets, with the right type.</summary>
    public static bool Offers(ImportType import)
    {
        ArgumentNullException.ThrowIfNull(import);
        return WasiImports.Find(import) is not null;
    }

    /// <summary>Lets <paramref name="linker"/> find every import of this interface here; what it finds elsewhere stays.</summary>
    public void AddTo(Linker linker)
    {
        ArgumentNullException.ThrowIfNull(linker);
        var next = linker.Fallback;
        linker.Fallback = import => WasiImports.Bind(this, import) ?? next?.Invoke(import);
    }

    /// <summary>
    /// Ends the call that the guest is blocked in, and every later one that would block, with a trap of kind
    /// <see cref="TrapKind.Interrupted"/>. <see cref="Instance.Interrupt"/> does that too, and ends running code; this is for a guest
    /// whose instance is not there yet, because its start function blocks.
    /// </summary>
    public void Interrupt(string reason)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _interruptReason ??= reason;
            _waiter?.Wake();
            _interruption.Cancel();
        }
    }

    /// <summary>Closes the guest's descriptors. Call it when the guest's thread has left it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _disposed = true;
            _waiter?.Dispose();
        }

        _callerInterruption.Dispose();
        Descriptors.Dispose();
        _interruption.Dispose();
    }

    internal GuestMemory MemoryOf(Instance caller)
    {
        if (!ReferenceEquals(caller, _caller))
        {
            _caller = caller;
            _memory = caller.GetMemory("memory");
            _callerInterruption.Dispose();
            _callerInterruption = caller.Interruption.UnsafeRegister(static context => ((WasiContext)context!).Interrupt("interrupted"), this);
        }

        return new GuestMemory(_memory);
    }

    internal void ThrowIfInterrupted()
    {
        if (_interruptReason is { } reason)
        {
            throw new TrapException(TrapKind.Interrupted, reason);
        }
    }

    /// <summary>Waits for one thing. False when the time is over.</summary>
    internal bool Wait(WaitHandleSource source, WaitEvents events, TimeSpan timeout)
    {
        WaitEntries[0] = new WaitEntry { Source = source, Requested = events };
        return Wait(WaitEntries.AsSpan(0, 1), timeout) > 0;
    }

    /// <summary>Waits for the first of several things and returns how many are ready.</summary>
    internal int Wait(Span<WaitEntry> entries, TimeSpan timeout)
    {
        var waiter = _waiter ?? CreateWaiter();
        ThrowIfInterrupted();
        _isWaiting = true;
        var ready = waiter.Wait(entries, timeout);
        _isWaiting = false;
        ThrowIfInterrupted();
        return ready;
    }

    private IWaiter CreateWaiter()
    {
        lock (_gate)
        {
            // An interruption before this line is seen by the check that follows; one after it finds the waiter to wake.
            return _waiter = OperatingSystem.IsWindows() ? new SelectWaiter() : new PollWaiter();
        }
    }
}
