using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm;

/// <summary>
/// A running copy of a module, with state of its own; the compiled code is the module's. One thread at a time may use an instance and
/// those linked to it; only <see cref="Interrupt"/> may be called from any thread.
/// </summary>
public sealed unsafe class Instance : IDisposable, IStoreMember
{
    private const uint ElementsAtOnce = 8_192;

    private readonly bool[] _droppedData;
    private readonly bool[] _droppedElements;
    private readonly Dictionary<string, ExportDefinition> _exports;
    private readonly CancellationTokenSource _interruption = new();
    private readonly WeakReference<Instance> _weak;
    private CancellationTokenRegistration _cancellation;
    private ITimer? _timer;
    private InstanceContext* _context;
    private int _disposed;

    internal Instance(Module module, Store store, InstanceOptions options)
    {
        _weak = new WeakReference<Instance>(this);
        Module = module;
        Store = store;
        var definition = module.Definition;
        _droppedData = new bool[definition.Data.Count];
        _droppedElements = new bool[definition.Elements.Count];
        _exports = module.ExportsByName;
        HostFunctions = new HostFunction[definition.ImportedFunctions];
        Memories = new Memory[definition.Memories.Count];
        Tables = new Table[definition.Tables.Count];
        Globals = new Global[definition.Globals.Count];
        Tags = new Tag[definition.Tags.Count];
        _context = store.CreateContext(module.Layout.Size, this);
        _context->Fuel = options.Fuel ?? long.MaxValue;
        HostState = options.HostState;
        store.AddMember(this);
        InterruptAfter(options.Timeout);
        _cancellation = options.Cancellation.UnsafeRegister(static weak => InterruptTarget(weak!, "cancelled"), _weak);
    }

    /// <summary>The module it was made from.</summary>
    public Module Module { get; }

    /// <summary>Whatever the host wants to find again in its functions.</summary>
    public object? HostState { get; set; }

    /// <summary>Cancelled by <see cref="Interrupt"/>: a host function that waits should wait with it.</summary>
    public CancellationToken Interruption => _interruption.Token;

    /// <summary>
    /// What is left of the fuel that guest code uses up, about one unit an instruction. When it is gone, the guest traps with
    /// <see cref="TrapKind.OutOfFuel"/>; set it anew and call again. A function of another instance uses up that one's. May be set
    /// between calls and in host functions.
    /// </summary>
    /// <exception cref="InvalidOperationException">The engine does not count fuel: see <see cref="EngineOptions.CountFuel"/>.</exception>
    public long Fuel
    {
        get
        {
            RequireFuel();
            return Math.Max(0, _context->Fuel);
        }

        set
        {
            RequireFuel();
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _context->Fuel = value;
        }
    }

    internal string InterruptionMessage { get; private set; } = "interrupted";

    internal Store Store { get; }

    internal InstanceContext* Context => _context;

    internal HostFunction[] HostFunctions { get; }

    internal Memory[] Memories { get; }

    internal Table[] Tables { get; }

    internal Global[] Globals { get; }

    internal Tag[] Tags { get; }

    /// <summary>An exported function, or null when there is none of that name.</summary>
    /// <param name="export">The name.</param>
    public Function? GetFunction(string export) => Find(export, ExternKind.Function) is { } index ? new Function(this, Record(index)) : null;

    /// <summary>An exported function as a delegate, or null when there is none of that name.</summary>
    /// <typeparam name="TDelegate">A delegate type with the function's signature: see <see cref="Function.AsDelegate"/>.</typeparam>
    /// <param name="export">The name.</param>
    /// <exception cref="ArgumentException">The signature is another.</exception>
    public TDelegate? GetFunction<TDelegate>(string export)
        where TDelegate : Delegate =>
        GetFunction(export)?.AsDelegate<TDelegate>();

    /// <summary>An exported memory, or null when there is none of that name.</summary>
    /// <param name="export">The name.</param>
    public Memory? GetMemory(string export) => Find(export, ExternKind.Memory) is { } index ? Memories[index] : null;

    /// <summary>An exported table, or null when there is none of that name.</summary>
    /// <param name="export">The name.</param>
    public Table? GetTable(string export) => Find(export, ExternKind.Table) is { } index ? Tables[index] : null;

    /// <summary>An exported global, or null when there is none of that name.</summary>
    /// <param name="export">The name.</param>
    public Global? GetGlobal(string export) => Find(export, ExternKind.Global) is { } index ? Globals[index] : null;

    /// <summary>An exported tag, or null when there is none of that name.</summary>
    /// <param name="export">The name.</param>
    public Tag? GetTag(string export) => Find(export, ExternKind.Tag) is { } index ? Tags[index] : null;

    /// <summary>What a slot of type funcref or externref stands for: a <see cref="Function"/>, the host's object, or null.</summary>
    /// <param name="type">The slot's type.</param>
    /// <param name="slot">The slot, as a <see cref="HostFunction"/> got it.</param>
    public object? GetReference(ValueType type, long slot) => Values.FromSlot(Module.Engine, type, slot);

    /// <summary>The slot that stands for a <see cref="Function"/>, the host's object, or null.</summary>
    /// <param name="type">The slot's type.</param>
    /// <param name="value">The value.</param>
    public long GetSlot(ValueType type, object? value) => Values.ToSlot(Module.Engine, Store, type, value);

    /// <summary>
    /// Ends the guest within milliseconds, from any thread: the running call, and every later one, throws a <see cref="TrapException"/>
    /// of kind <see cref="TrapKind.Interrupted"/> with this reason. Host functions see <see cref="Interruption"/>.
    /// </summary>
    /// <param name="reason">Why, for the message.</param>
    public void Interrupt(string reason)
    {
        InterruptionMessage = $"interrupted: {reason}";
        Store.Interrupt();
        _interruption.Cancel();
    }

    /// <summary>
    /// Interrupts the guest when so much time has passed, unless this is called again before: a deadline for one call is set before it
    /// and taken back after it with <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    /// <param name="time">How long from now; <see cref="Timeout.InfiniteTimeSpan"/> for never. At most 49 days.</param>
    public void InterruptAfter(TimeSpan time)
    {
        if (_timer is null && time != Timeout.InfiniteTimeSpan)
        {
            _timer = Module.Engine.Options.TimeProvider.CreateTimer(
                static weak => InterruptTarget(weak!, "its time is up"), _weak, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        _timer?.Change(time, Timeout.InfiniteTimeSpan);
    }

    /// <summary>
    /// Gives the native memory back: at once, or, when guest code runs or the instance is linked to others, after those have ended.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _timer?.Dispose();
            _cancellation.Dispose();
            Store.Release();
        }
    }

    void IStoreMember.StoreFreed()
    {
        _context = null;
        Module.Engine.InstanceEnded();
        foreach (IStoreMember? owned in Memories.AsEnumerable<IStoreMember?>().Concat(Tables).Concat(Globals))
        {
            owned?.StoreFreed();
        }
    }

    internal FunctionRecord* Record(int function)
    {
        ObjectDisposedException.ThrowIf(_context == null, this);
        return (FunctionRecord*)((byte*)_context + Module.Layout.Function(function));
    }

    internal ReadOnlySpan<byte> DataSegment(int index)
    {
        var segment = Module.Definition.Data[index];
        return _droppedData[index] ? default : Module.Definition.Bytes.Span.Slice(segment.BytesStart, segment.BytesLength);
    }

    internal void DropData(int index) => _droppedData[index] = true;

    internal void DropElements(int index) => _droppedElements[index] = true;

    internal void InitializeTable(int table, int segmentIndex, ulong target, uint source, uint count)
    {
        var segment = Module.Definition.Elements[segmentIndex];
        var available = _droppedElements[segmentIndex] ? 0 : segment.Functions?.Length ?? segment.Expressions!.Length;
        if ((ulong)source + count > (ulong)available || (ulong)target + count > Tables[table].Size)
        {
            throw new TrapException(TrapKind.OutOfBoundsTableAccess);
        }

        for (uint i = 0; i < count; i++)
        {
            if (i % ElementsAtOnce == 0)
            {
                BulkOperations.NextPart(_context, Math.Min(count - i, ElementsAtOnce) * (nuint)sizeof(nint));
            }

            var value = segment.Functions is { } functions
                ? (nint)Record((int)functions[source + i])
                : (nint)ConstantEvaluator.Slot(this, segment.Expressions![source + i]);
            Tables[table].Set(target + i, value);
        }
    }

    private static void InterruptTarget(object weak, string reason)
    {
        if (((WeakReference<Instance>)weak).TryGetTarget(out var instance))
        {
            instance.Interrupt(reason);
        }
    }

    private void RequireFuel()
    {
        ObjectDisposedException.ThrowIf(_context == null, this);
        if (!Module.Engine.Options.CountFuel)
        {
            throw new InvalidOperationException("the engine does not count fuel: set EngineOptions.CountFuel");
        }
    }

    private int? Find(string name, ExternKind kind)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _exports.TryGetValue(name, out var export) && export.Kind == kind ? (int)export.Index : null;
    }
}
