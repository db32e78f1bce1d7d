using System.Reflection.Emit;

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
    private readonly Lazy<(DynamicMethod Method, nint Address)> _entry;
    private readonly Lazy<(DynamicMethod Method, nint Address)> _lazy;
    private readonly Lazy<(DynamicMethod Method, nint Address)> _host;

    public CanonicalType(int id, FunctionType type)
    {
        Id = id;
        Type = type;
        Parameters = [.. type.Parameters];
        Results = [.. type.Results];
        ReturnType = Results.Length == 0 ? typeof(void) : Clr(Results[0]);

        var signature = new List<Type>(Parameters.Length + 2) { typeof(nint) };
        signature.AddRange(Parameters.Select(Clr));
        if (Results.Length > 1)
        {
            signature.Add(typeof(nint));
        }

        Signature = [.. signature];
        _entry = new(() => Finish(Stubs.Entry(this)));
        _lazy = new(() => Finish(Stubs.Lazy(this)));
        _host = new(() => Finish(Stubs.Host(this)));
    }

    public int Id { get; }

    public FunctionType Type { get; }

    public ValueType[] Parameters { get; }

    public ValueType[] Results { get; }

    public Type ReturnType { get; }

    public Type[] Signature { get; }

    /// <summary>Calls compiled code with arguments and results in slots: <c>void (context, code, slots in, slots out)</c>.</summary>
    public nint EntryStub => _entry.Value.Address;

    /// <summary>The code of a function that is not compiled yet.</summary>
    public nint LazyStub => _lazy.Value.Address;

    /// <summary>The code of a function of the host.</summary>
    public nint HostStub => _host.Value.Address;

    public static Type Clr(ValueType type) => type switch
    {
        ValueType.I32 => typeof(int),
        ValueType.I64 => typeof(long),
        ValueType.F32 => typeof(float),
        ValueType.F64 => typeof(double),
        ValueType.FuncRef or ValueType.ExternRef => typeof(nint),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "values of this type are not supported"),
    };

    private static (DynamicMethod Method, nint Address) Finish(DynamicMethod method) => (method, DynamicCode.AddressOf(method));
}
