using WasmLab.Wasm;

namespace WasmLab.Fuzz.Differential;

/// <summary>The kinds of traps that all engines tell apart. What some of them have only one word for is one kind here.</summary>
internal static class TrapClass
{
    private const string Arithmetic = "arithmetic";
    private const string Memory = "memory";
    private const string Table = "table";
    private const string Stack = "stack";

    public static string Of(TrapKind kind) => kind switch
    {
        TrapKind.Unreachable => "unreachable",
        TrapKind.OutOfBoundsMemoryAccess => Memory,
        TrapKind.OutOfBoundsTableAccess or TrapKind.UndefinedElement or TrapKind.UninitializedElement or TrapKind.IndirectCallTypeMismatch => Table,
        TrapKind.IntegerDivideByZero or TrapKind.IntegerOverflow or TrapKind.InvalidConversionToInteger => Arithmetic,
        TrapKind.CallStackExhausted => Stack,
        _ => kind.ToString(),
    };

    /// <summary>From the words of V8 or of wabt.</summary>
    public static string Of(string message)
    {
        bool Says(string words) => message.Contains(words, StringComparison.OrdinalIgnoreCase);
        return message switch
        {
            _ when Says("unreachable") => "unreachable",
            _ when Says("memory access out of bounds") || Says("out of bounds memory access") => Memory,
            _ when Says("by zero") || Says("overflow") || Says("unrepresentable") || Says("invalid conversion") => Arithmetic,
            _ when Says("table") || Says("null function") || Says("signature mismatch") => Table,
            _ when Says("stack") => Stack,
            _ => message,
        };
    }
}
