using System.Globalization;
using WasmLab.Wasm;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Spec;

/// <summary>Arguments and expected results of a script, as raw slots.</summary>
internal static class SpecValues
{
    private const ulong Canonical64 = 0x7FF8_0000_0000_0000;
    private const uint Canonical32 = 0x7FC0_0000;

    public static long ToSlot(Instance instance, SpecValue value)
    {
        var text = value.Value.GetString()!;
        return value.Type switch
        {
            "i32" or "f32" => uint.Parse(text, CultureInfo.InvariantCulture),
            "i64" or "f64" => (long)ulong.Parse(text, CultureInfo.InvariantCulture),
            "externref" => instance.GetSlot(ValueType.ExternRef, text == "null" ? null : text),
            "funcref" when text == "null" => 0,
            _ => throw new NotSupportedException($"an argument of type {value.Type}"),
        };
    }

    /// <summary>Says how a result differs from what is expected, or null when it does not.</summary>
    public static string? Difference(Instance instance, SpecValue expected, long actual)
    {
        var text = expected.Value.GetString()!;
        var same = (expected.Type, text) switch
        {
            ("f32", "nan:canonical") => ((uint)actual & 0x7FFF_FFFF) == Canonical32,
            ("f32", "nan:arithmetic") => ((uint)actual & Canonical32) == Canonical32,
            ("f64", "nan:canonical") => ((ulong)actual & long.MaxValue) == Canonical64,
            ("f64", "nan:arithmetic") => ((ulong)actual & Canonical64) == Canonical64,
            ("i32" or "f32", _) => (uint)actual == uint.Parse(text, CultureInfo.InvariantCulture),
            ("i64" or "f64", _) => (ulong)actual == ulong.Parse(text, CultureInfo.InvariantCulture),
            ("funcref", "null") => actual == 0,
            ("externref", _) => (instance.GetReference(ValueType.ExternRef, actual) as string ?? "null") == text,
            _ => throw new NotSupportedException($"a result of type {expected.Type}"),
        };
        return same ? null : $"expected {expected.Type} {text}, got 0x{actual:x}";
    }
}
