using System.Reflection;

namespace WasmLab.Wasm.Runtime.Typed;

/// <summary>A delegate type as a function type: int and uint are i32, long and ulong i64, float f32, double f64,
/// <see cref="Function"/> is funcref and object externref; a value tuple is several results.</summary>
internal sealed class DelegateSignature
{
    // Above seven elements a value tuple is nested.
    private const int MaxResults = 7;

    private DelegateSignature(Type type, MethodInfo invoke, bool takesCaller)
    {
        Invoke = invoke;
        TakesCaller = takesCaller;
        Parameters = [.. invoke.GetParameters().Skip(takesCaller ? 1 : 0).Select(parameter => parameter.ParameterType)];
        IsTuple = invoke.ReturnType.IsGenericType && invoke.ReturnType.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal);
        Results = invoke.ReturnType == typeof(void) ? []
            : IsTuple ? invoke.ReturnType.GetGenericArguments()
            : [invoke.ReturnType];
        if (Results.Length > MaxResults)
        {
            throw new ArgumentException($"{type.Name} has {Results.Length} results: more than {MaxResults} need a HostFunction or Function.Invoke");
        }

        FunctionType = new FunctionType([.. Parameters.Select(ValueTypeOf)], [.. Results.Select(ValueTypeOf)]);
    }

    public MethodInfo Invoke { get; }

    /// <summary>Whether the first parameter is the calling <see cref="Instance"/>.</summary>
    public bool TakesCaller { get; }

    public Type[] Parameters { get; }

    public Type[] Results { get; }

    public bool IsTuple { get; }

    public FunctionType FunctionType { get; }

    /// <summary>The signature of a delegate that stands for a guest's function.</summary>
    public static DelegateSignature OfGuest(Type type) => new(type, InvokeOf(type), takesCaller: false);

    /// <summary>The signature of a delegate that a guest calls.</summary>
    public static DelegateSignature OfHost(Type type)
    {
        var invoke = InvokeOf(type);
        return new DelegateSignature(type, invoke, invoke.GetParameters() is [{ ParameterType: var first }, ..] && first == typeof(Instance));
    }

    private static MethodInfo InvokeOf(Type type) =>
        type.GetMethod("Invoke") ?? throw new ArgumentException($"{type.Name} is no delegate type with a signature, such as Func<int, int>");

    private static ValueType ValueTypeOf(Type type) =>
        type == typeof(int) || type == typeof(uint) ? ValueType.I32
        : type == typeof(long) || type == typeof(ulong) ? ValueType.I64
        : type == typeof(float) ? ValueType.F32
        : type == typeof(double) ? ValueType.F64
        : type == typeof(Function) ? ValueType.FuncRef
        : type == typeof(object) ? ValueType.ExternRef
        : throw new ArgumentException($"{type.Name} stands for no WebAssembly type: use int, uint, long, ulong, float, double, Function or object");
}
