using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm;

/// <summary>A global variable or constant.</summary>
public sealed unsafe class Global : IStoreMember
{
    private long* _cell;

    /// <summary>Makes a global that the host can define for modules to import.</summary>
    /// <param name="engine">The engine of the modules.</param>
    /// <param name="type">Its type.</param>
    /// <param name="value">Its value: int, long, float, double, a <see cref="System.Runtime.Intrinsics.Vector128{T}"/> of bytes, a <see cref="Function"/> or any object.</param>
    public Global(Engine engine, GlobalType type, object? value)
        : this(engine, type, new Store(), null)
    {
        _cell = (long*)Store.Allocate(16);
        Store.AddMember(this);
        Values.ToSlots(engine, Store, type.Value, value, Slots);
    }

    internal Global(Engine engine, GlobalType type, Store store, long* cell)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(type);
        Engine = engine;
        Type = type;
        Store = store;
        _cell = cell;
    }

    /// <summary>The type.</summary>
    public GlobalType Type { get; }

    /// <summary>The value: int, long, float, double, a <see cref="System.Runtime.Intrinsics.Vector128{T}"/> of bytes, a <see cref="Function"/>, the host's object, or null.</summary>
    /// <exception cref="InvalidOperationException">Set on a global that is not mutable.</exception>
    public object? Value
    {
        get => Values.FromSlots(Engine, Type.Value, Slots);
        set
        {
            if (!Type.IsMutable)
            {
                throw new InvalidOperationException("the global is not mutable");
            }

            Values.ToSlots(Engine, Store, Type.Value, value, Slots);
        }
    }

    internal Engine Engine { get; }

    internal Store Store { get; }

    internal long* Cell
    {
        get
        {
            ObjectDisposedException.ThrowIf(_cell == null, this);
            return _cell;
        }
    }

    private Span<long> Slots => new(Cell, 2);

    void IStoreMember.StoreFreed() => _cell = null;
}
