using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WasmLab.Wasm.Compilation;

/// <summary>Arithmetic for which IL has no instruction with WebAssembly's meaning. Compiled code inlines it.</summary>
internal static class WasmMath
{
    private static readonly Dictionary<string, MethodInfo> Methods =
        typeof(WasmMath).GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => method.Name != nameof(Method)).ToDictionary(method => method.Name);

    public static MethodInfo Method(string name) => Methods[name];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long SlotOfF32(float value) => BitConverter.SingleToUInt32Bits(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BitsOfF32(float value) => BitConverter.SingleToInt32Bits(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long BitsOfF64(double value) => BitConverter.DoubleToInt64Bits(value);

    // By way of a vector: the just-in-time compiler (.NET 10.0) takes a bit cast of a load of one or two bytes for a load of four, and quiets
    // a NaN whose bits it knows.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float F32OfBits(int bits) =>
        (Sse2.IsSupported ? Sse2.ConvertScalarToVector128Int32(bits) : Vector128.CreateScalarUnsafe(bits)).AsSingle().ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double F64OfBits(long bits) => BitConverter.Int64BitsToDouble(bits);

    /// <summary>The NaN is quieted by hand, because the just-in-time compiler takes a promotion followed by a demotion for nothing at all.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float DemoteF64(double value) => double.IsNaN(value) ? DemoteNaN(value) : (float)value;

    /// <summary>A NaN comes out quiet, as from an addition of 0 that the just-in-time compiler would leave out.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float QuietF32(float value) => float.IsNaN(value) ? value + value : value;

    /// <inheritdoc cref="QuietF32"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double QuietF64(double value) => double.IsNaN(value) ? value + value : value;

    // The smallest number divided by -1 has remainder 0; the processor and .NET fault on it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Remainder32(int left, int right) => right == -1 ? 0 : left % right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Remainder64(long left, long right) => right == -1 ? 0 : left % right;

    // A NaN operand must come out quiet: adding does that. Of zeros of either sign the processor gives the second, so it is asked twice.
    // Math.Min does it all in one, but the just-in-time compiler (.NET 10.0) forgets that 0 is more than -0 when the latter is a constant.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MinF32(float left, float right) => float.IsNaN(left) || float.IsNaN(right)
        ? left + right
        : (Vector128.CreateScalarUnsafe(float.MinNative(left, right)) | Vector128.CreateScalarUnsafe(float.MinNative(right, left))).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float MaxF32(float left, float right) => float.IsNaN(left) || float.IsNaN(right)
        ? left + right
        : (Vector128.CreateScalarUnsafe(float.MaxNative(left, right)) & Vector128.CreateScalarUnsafe(float.MaxNative(right, left))).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MinF64(double left, double right) => double.IsNaN(left) || double.IsNaN(right)
        ? left + right
        : (Vector128.CreateScalarUnsafe(double.MinNative(left, right)) | Vector128.CreateScalarUnsafe(double.MinNative(right, left))).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double MaxF64(double left, double right) => double.IsNaN(left) || double.IsNaN(right)
        ? left + right
        : (Vector128.CreateScalarUnsafe(double.MaxNative(left, right)) & Vector128.CreateScalarUnsafe(double.MaxNative(right, left))).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float CopySignF32(float magnitude, float sign) =>
        BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(magnitude) & int.MaxValue) | (BitConverter.SingleToInt32Bits(sign) & int.MinValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double CopySignF64(double magnitude, double sign) =>
        BitConverter.Int64BitsToDouble((BitConverter.DoubleToInt64Bits(magnitude) & long.MaxValue) | (BitConverter.DoubleToInt64Bits(sign) & long.MinValue));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float NearestF32(float value) => MathF.Round(value, MidpointRounding.ToEven);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static double NearestF64(double value) => Math.Round(value, MidpointRounding.ToEven);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RotateLeft32(int value, int count) => (int)uint.RotateLeft((uint)value, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RotateRight32(int value, int count) => (int)uint.RotateRight((uint)value, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long RotateLeft64(long value, long count) => (long)ulong.RotateLeft((ulong)value, (int)count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long RotateRight64(long value, long count) => (long)ulong.RotateRight((ulong)value, (int)count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LeadingZeros32(int value) => System.Numerics.BitOperations.LeadingZeroCount((uint)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long LeadingZeros64(long value) => System.Numerics.BitOperations.LeadingZeroCount((ulong)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TrailingZeros32(int value) => System.Numerics.BitOperations.TrailingZeroCount(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long TrailingZeros64(long value) => System.Numerics.BitOperations.TrailingZeroCount(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Ones32(int value) => System.Numerics.BitOperations.PopCount((uint)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Ones64(long value) => System.Numerics.BitOperations.PopCount((ulong)value);

    public static int TruncateF32ToI32(float value) => TruncateF64ToI32(value);

    public static int TruncateF32ToU32(float value) => TruncateF64ToU32(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TruncateF64ToI32(double value) =>
        value is > -2147483649.0 and < 2147483648.0 ? (int)value : (int)Unrepresentable(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int TruncateF64ToU32(double value) =>
        value is > -1.0 and < 4294967296.0 ? (int)(uint)(long)value : (int)Unrepresentable(value);

    public static long TruncateF32ToI64(float value) => TruncateF64ToI64(value);

    public static long TruncateF32ToU64(float value) => TruncateF64ToU64(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long TruncateF64ToI64(double value) =>
        value is >= -9223372036854775808.0 and < 9223372036854775808.0 ? (long)value : Unrepresentable(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long TruncateF64ToU64(double value) =>
        value is > -1.0 and < 18446744073709551616.0 ? (long)(ulong)value : Unrepresentable(value);

    public static int SaturateF32ToI32(float value) => SaturateF64ToI32(value);

    public static int SaturateF32ToU32(float value) => SaturateF64ToU32(value);

    public static int SaturateF64ToI32(double value) => double.ConvertToInteger<int>(value);

    public static int SaturateF64ToU32(double value) => (int)double.ConvertToInteger<uint>(value);

    public static long SaturateF32ToI64(float value) => SaturateF64ToI64(value);

    public static long SaturateF32ToU64(float value) => SaturateF64ToU64(value);

    public static long SaturateF64ToI64(double value) => double.ConvertToInteger<long>(value);

    public static long SaturateF64ToU64(double value) => (long)double.ConvertToInteger<ulong>(value);

    /// <summary>Rounds once: by way of a double it would round twice.</summary>
    public static float ConvertU64ToF32(long value)
    {
        if (value >= 0)
        {
            return value;
        }

        // Halve, keeping the lost bit sticky, convert, and double again: exact for the result.
        return (float)(long)((ulong)value >> 1 | (ulong)value & 1) * 2f;
    }

    private static float DemoteNaN(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        return BitConverter.Int32BitsToSingle((int)(bits >> 32 & 0x8000_0000) | 0x7FC0_0000 | (int)(bits >> 29 & 0x3F_FFFF));
    }

    private static long Unrepresentable(double value) =>
        throw new TrapException(double.IsNaN(value) ? TrapKind.InvalidConversionToInteger : TrapKind.IntegerOverflow);
}
