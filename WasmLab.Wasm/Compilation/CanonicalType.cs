using System.Reflection;
using System.Runtime.Intrinsics;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// A function type as the engine knows it: its number, which compiled code compares in indirect calls, the signature of compiled
/// functions of this type, and the stubs that they share.
/// </summary>
/// <remarks>
/// A compiled function takes the context, the parameters, and, with more than one result, the address where it writes all results but
/// the first, which it returns.
/// </remarks>
internal sealed class CanonicalType
{
    // Plain fields and arrays: this runs at every start, and generics over value types would have to be compiled first.
    private readonly List<MethodInfo> _methods = [];
    private nint _entry;
    private nint _lazy;
    private nint _host;

    public CanonicalType(int id, FunctionType type)
    {
        Id = id;
        Type = type;
        Parameters = ToArray(type.Parameters);
        Results = ToArray(type.Results);
        ParameterSlots = new SlotLayout(Parameters);
        ResultSlots = new SlotLayout(Results);
        ReturnType = Results.Length == 0 ? typeof(void) : Clr(Results[0]);

        Signature = new Type[Parameters.Length + (Results.Length > 1 ? 2 : 1)];
        Signature[0] = Signature[^1] = typeof(nint);
        for (var i = 0; i < Parameters.Length; i++)
        {
            Signature[i + 1] = Clr(Parameters[i]);
        }
    }

    public int Id { get; }

    public FunctionType Type { get; }

    public ValueType[] Parameters { get; }

    public ValueType[] Results { get; }

    /// <summary>Where the parameters lie when they are passed in memory.</summary>
    public SlotLayout ParameterSlots { get; }

    /// <summary>Where the results lie when they are passed in memory.</summary>
    public SlotLayout ResultSlots { get; }

    public Type ReturnType { get; }

    public Type[] Signature { get; }

    /// <summary>Calls compiled code with arguments and results in slots: <c>void (context, code, slots in, slots out)</c>.</summary>
    public nint EntryStub => Get(ref _entry, Stubs.Entry);

    /// <summary>The code of a function that is not compiled yet.</summary>
    public nint LazyStub => Get(ref _lazy, Stubs.Lazy);

    /// <summary>The code of a function of the host.</summary>
    public nint HostStub => Get(ref _host, Stubs.Host);

    /// <summary>Uses stubs that were compiled before, each unless there is one already. An address of 0 stands for none.</summary>
    public void UseStubs(nint entry, nint lazy, nint host)
    {
        lock (_methods)
        {
            Use(ref _entry, entry);
            Use(ref _lazy, lazy);
            Use(ref _host, host);
        }

        static void Use(ref nint address, nint stub)
        {
            if (address == 0)
            {
                Volatile.Write(ref address, stub);
            }
        }
    }

    public static Type Clr(ValueType type) => type switch
    {
        ValueType.I32 => typeof(int),
        ValueType.I64 => typeof(long),
        ValueType.F32 => typeof(float),
        ValueType.F64 => typeof(double),
        ValueType.V128 => typeof(Vector128<byte>),
        ValueType.ExnRef => typeof(WasmException),
        ValueType.FuncRef or ValueType.ExternRef => typeof(nint),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "values of this type are not supported"),
    };

    private static ValueType[] ToArray(IReadOnlyList<ValueType> types)
    {
        var array = new ValueType[types.Count];
        for (var i = 0; i < array.Length; i++)
        {
            array[i] = types[i];
        }

        return array;
    }

    private nint Get(ref nint address, Func<IMethodFactory, CanonicalType, MethodInfo> create)
    {
        if (Volatile.Read(ref address) == 0)
        {
            lock (_methods)
            {
                if (address == 0)
                {
                    var method = create(DynamicMethods.Factory, this);
                    _methods.Add(method);
                    Volatile.Write(ref address, DynamicMethods.AddressOf(method));
                }
            }
        }

        return address;
    }
}
