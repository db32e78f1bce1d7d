using System.Globalization;
using System.Runtime.Intrinsics;
using WasmLab.Wasm;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Tests.Wasm.Spec;

/// <summary>Arguments and expected results of a script, as raw slots.</summary>
internal static class SpecValues
{
    private const ulong Canonical64 = 0x7FF8_0000_0000_0000;
    private const uint Canonical32 = 0x7FC0_0000;

    public static long[] ToSlots(Instance instance, SpecValue value)
    {
        if (value.Type == "v128")
        {
            Span<byte> bytes = stackalloc byte[16];
            var lanes = Lanes(value);
            var size = bytes.Length / lanes.Length;
            for (var i = 0; i < lanes.Length; i++)
            {
                BitConverter.GetBytes(Integer(lanes[i])).AsSpan(0, size).CopyTo(bytes[(i * size)..]);
            }

            var vector = Vector128.Create<byte>(bytes).AsInt64();
            return [vector[0], vector[1]];
        }

        var text = value.Value.GetString()!;
        return value.Type switch
        {
            "i32" or "f32" => [uint.Parse(text, CultureInfo.InvariantCulture)],
            "i64" or "f64" => [(long)ulong.Parse(text, CultureInfo.InvariantCulture)],
            "externref" => [instance.GetSlot(ValueType.ExternRef, text == "null" ? null : text)],
            "funcref" when text == "null" => [0],
            _ => throw new NotSupportedException($"an argument of type {value.Type}"),
        };
    }

    /// <summary>Says how a result differs from what is expected, or null when it does not.</summary>
    public static string? Difference(Instance instance, SpecValue expected, ReadOnlySpan<long> actual)
    {
        if (expected.Type != "v128")
        {
            return Difference(instance, expected.Type, expected.Value.GetString()!, actual[0]);
        }

        var lanes = Lanes(expected);
        var bits = 128 / lanes.Length;
        for (var i = 0; i < lanes.Length; i++)
        {
            var slot = (ulong)actual[i * bits / 64] >> (i * bits % 64);
            var lane = bits == 64 ? slot : slot & ((1UL << bits) - 1);
            if (Difference(instance, expected.LaneType!, lanes[i], (long)lane) is { } difference)
            {
                return $"lane {i}: {difference}";
            }
        }

        return null;
    }

    private static string? Difference(Instance instance, string type, string expected, long actual)
    {
        var same = (type, expected) switch
        {
            ("f32", "nan:canonical") => ((uint)actual & 0x7FFF_FFFF) == Canonical32,
            ("f32", "nan:arithmetic") => ((uint)actual & Canonical32) == Canonical32,
            ("f64", "nan:canonical") => ((ulong)actual & long.MaxValue) == Canonical64,
            ("f64", "nan:arithmetic") => ((ulong)actual & Canonical64) == Canonical64,
            ("i8", _) => (byte)actual == (byte)Integer(expected),
            ("i16", _) => (ushort)actual == (ushort)Integer(expected),
            ("i32" or "f32", _) => (uint)actual == (uint)Integer(expected),
            ("i64" or "f64", _) => (ulong)actual == Integer(expected),
            ("funcref", "null") => actual == 0,
            ("funcref", _) => actual != 0,
            ("externref", _) => (instance.GetReference(ValueType.ExternRef, actual) as string ?? "null") == expected,
            _ => throw new NotSupportedException($"a result of type {type}"),
        };
        return same ? null : $"expected {type} {expected}, got 0x{actual:x}";
    }

    private static string[] Lanes(SpecValue value) => [.. value.Value.EnumerateArray().Select(lane => lane.GetString()!)];

    private static ulong Integer(string text) => text.StartsWith('-')
        ? (ulong)long.Parse(text, CultureInfo.InvariantCulture)
        : ulong.Parse(text, CultureInfo.InvariantCulture);
}
