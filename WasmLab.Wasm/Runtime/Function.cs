using WasmLab.Wasm.Compilation;
using WasmLab.Wasm.Runtime;
using WasmLab.Wasm.Runtime.Typed;

namespace WasmLab.Wasm;

/// <summary>A function of an instance, ready to be called. Two objects for the same function are equal.</summary>
public sealed unsafe class Function : IEquatable<Function>
{
    private readonly Instance _instance;
    private readonly CanonicalType _type;
    private readonly FunctionRecord* _record;
    private readonly nint _home;
    private readonly int _index;

    internal Function(Instance instance, FunctionRecord* record)
    {
        _instance = instance;
        _record = record;
        (_home, _index) = ((nint)record->Home, record->Index);
        _type = instance.Module.Engine.Canonical(record->TypeId);
    }

    /// <summary>The type.</summary>
    public FunctionType Type => _type.Type;

    internal Engine Engine => _instance.Module.Engine;

    internal Store Store => _instance.Store;

    internal FunctionRecord* Record => _record;

    internal CanonicalType CanonicalType => _type;

    /// <summary>Calls the function with values of the host.</summary>
    /// <param name="arguments">One value a parameter: int, long, float, double, a <see cref="System.Runtime.Intrinsics.Vector128{T}"/> of bytes or a
    /// <see cref="UInt128"/> for v128, a <see cref="Function"/> or, for externref, any object.</param>
    /// <returns>One value a result.</returns>
    /// <exception cref="TrapException">The guest trapped or was interrupted.</exception>
    /// <exception cref="WasmException">The guest threw an exception that it did not catch.</exception>
    /// <exception cref="ArgumentException">The arguments do not fit the function's type.</exception>
    public object?[] Invoke(params object?[] arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        if (arguments.Length != _type.Parameters.Length)
        {
            throw new ArgumentException($"the function takes {_type.Parameters.Length} arguments, but {arguments.Length} were given", nameof(arguments));
        }

        var engine = _instance.Module.Engine;
        var slots = new long[_type.ParameterSlots.Count];
        for (var i = 0; i < arguments.Length; i++)
        {
            Values.ToSlots(engine, Store, _type.Parameters[i], arguments[i], slots.AsSpan(_type.ParameterSlots[i]));
        }

        var results = new long[_type.ResultSlots.Count];
        Invoke(slots, results);
        return [.. _type.Results.Select((type, i) => Values.FromSlots(engine, type, results.AsSpan(_type.ResultSlots[i])))];
    }

    /// <summary>Calls the function with raw slots, in the form that <see cref="HostFunction"/> describes, without boxing.</summary>
    /// <param name="arguments">One slot a parameter, two of a v128.</param>
    /// <param name="results">Takes one slot a result, two of a v128.</param>
    /// <exception cref="TrapException">The guest trapped or was interrupted.</exception>
    /// <exception cref="WasmException">The guest threw an exception that it did not catch.</exception>
    public void Invoke(ReadOnlySpan<long> arguments, Span<long> results)
    {
        if (arguments.Length != _type.ParameterSlots.Count || results.Length < _type.ResultSlots.Count)
        {
            throw new ArgumentException($"the function is {Type}: {arguments.Length} slots for arguments and {results.Length} for results do not fit", nameof(arguments));
        }

        var store = Store;
        var previousLimit = store.Enter(_instance.Module.Engine.Options.StackSize);
        try
        {
            // A short function would not notice it itself.
            if (((InstanceContext*)_home)->IsInterrupted)
            {
                throw RuntimeCalls.Trap(_home, (int)TrapKind.Interrupted);
            }

            var entry = (delegate*<nint, nint, long*, long*, void>)_type.EntryStub;
            fixed (long* argumentSlots = arguments)
            fixed (long* resultSlots = results)
            {
                entry(_record->Context, _record->Code, argumentSlots, resultSlots);
            }
        }
        catch (NullReferenceException fault) when (store.TakeFault())
        {
            throw new TrapException(TrapKind.OutOfBoundsMemoryAccess, fault);
        }
        catch (NullReferenceException) when (_record->Home->IsInterrupted)
        {
            throw RuntimeCalls.Trap((nint)_record->Home, (int)TrapKind.Interrupted);
        }
        finally
        {
            store.Exit(previousLimit);
            GC.KeepAlive(_instance);
        }
    }

    /// <summary>The function as a delegate, which is called like any other and boxes nothing.</summary>
    /// <typeparam name="TDelegate">
    /// A delegate type with the function's signature: int or uint for i32, long or ulong for i64, float for f32, double for f64,
    /// <see cref="Function"/> for funcref, object for externref, and a value tuple for several results (at most 7), such as
    /// <c>Func&lt;int, int, (int, int)&gt;</c>.
    /// </typeparam>
    /// <exception cref="ArgumentException">The signature is another. The message names both.</exception>
    public TDelegate AsDelegate<TDelegate>()
        where TDelegate : Delegate =>
        FunctionDelegate.Create<TDelegate>(this);

    /// <inheritdoc/>
    public bool Equals(Function? other) => other is not null && other._home == _home && other._index == _index;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Function);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_home, _index);

    internal static Function FromRecord(FunctionRecord* record) => new(record->Home->Instance, record);

    /// <summary>What a funcref to this function is, once <paramref name="store"/> may hold it.</summary>
    internal nint ReferenceFor(Store store)
    {
        store.Merge(Store);
        return (nint)_record;
    }
}
