using System.Collections.Concurrent;
using WasmLab.Wasm.Compilation;
using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm;

/// <summary>
/// Limits and shared state of modules that can be linked to one another. Thread-safe; one for the whole process is the usual number.
/// </summary>
/// <example>
/// <code>
/// using var engine = new Engine();
/// var module = Module.Load(engine, File.ReadAllBytes("add.wasm"));
/// using var instance = new Linker(engine).Instantiate(module);
/// object? sum = instance.GetFunction("add")!.Invoke(1, 2)[0];
/// </code>
/// </example>
public sealed class Engine : IDisposable
{
    private int _instances;
    private readonly ConcurrentDictionary<FunctionType, CanonicalType> _types = new();
    private readonly Dictionary<int, CanonicalType> _typesById = [];

    /// <summary>Makes an engine.</summary>
    /// <param name="options">Its limits; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    /// <exception cref="PlatformNotSupportedException">Guard pages are demanded where there are none.</exception>
    public Engine(EngineOptions? options = null)
    {
        Options = options ?? new EngineOptions();
        Options.Validate();
        Arena = Options.BoundsChecks == BoundsChecks.Explicit ? null : GuardedArena.Instance;
        if (Options.BoundsChecks == BoundsChecks.GuardPages && Arena is null)
        {
            throw new PlatformNotSupportedException($"EngineOptions.BoundsChecks is GuardPages, but {GuardedArena.Obstacle}. Use Auto.");
        }
    }

    /// <summary>The limits.</summary>
    public EngineOptions Options { get; }

    /// <summary>How many instances exist that are not disposed.</summary>
    public int InstanceCount => _instances;

    internal ExternReferences References { get; } = new();

    /// <summary>Where the memories of this engine lie when guard pages keep them apart; null when compiled code checks each access.</summary>
    internal GuardedArena? Arena { get; }

    internal bool IsDisposed { get; private set; }

    /// <summary>
    /// Starts a background thread whose stack is large enough for <see cref="EngineOptions.StackSize"/>. Use one for guests that
    /// recurse deeply, or that run for long.
    /// </summary>
    /// <param name="name">The thread's name.</param>
    /// <param name="work">What it does. An exception that leaves it ends the process, as on every thread.</param>
    public Thread StartThread(string name, Action work)
    {
        var thread = new Thread(() => work(), Options.StackSize + (2 * ThreadStack.Reserve)) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }

    /// <summary>Refuses new modules and instances. Instances that exist live on until they are disposed themselves.</summary>
    public void Dispose() => IsDisposed = true;

    internal void InstanceStarted()
    {
        if (Interlocked.Increment(ref _instances) > Options.MaxInstances)
        {
            InstanceEnded();
            throw new LinkException($"there are {Options.MaxInstances} instances already, the most that EngineOptions.MaxInstances allows: dispose some");
        }
    }

    internal void InstanceEnded() => Interlocked.Decrement(ref _instances);

    internal CanonicalType Canonical(FunctionType type)
    {
        if (_types.TryGetValue(type, out var known))
        {
            return known;
        }

        lock (_typesById)
        {
            return _types.GetOrAdd(type, added =>
            {
                var id = added.StableNumber();
                while (_typesById.ContainsKey(id))
                {
                    id++;
                }

                var canonical = new CanonicalType(id, added);
                _typesById.Add(id, canonical);
                return canonical;
            });
        }
    }

    internal CanonicalType Canonical(int id)
    {
        lock (_typesById)
        {
            return _typesById[id];
        }
    }
}
