using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Bits = System.Runtime.Intrinsics.Vector128<byte>;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// Vector instructions for which .NET has no single operation with WebAssembly's meaning. Each method is named like its opcode, and
/// compiled code inlines it. Where the processor has the instruction, it is used; the rest of a method is for any processor.
/// </summary>
internal static class VectorMath
{
    private static readonly Dictionary<string, MethodInfo> Methods =
        typeof(VectorMath).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).ToDictionary(method => method.Name);

    /// <summary>The method for an opcode, or null when .NET's own operation is right.</summary>
    public static MethodInfo? Find(string opcode) => Methods.GetValueOrDefault(opcode);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int V128AnyTrue(Bits value) => value != Bits.Zero ? 1 : 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int I8x16AllTrue(Bits value) => Vector128.EqualsAny(value, Bits.Zero) ? 0 : 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int I16x8AllTrue(Bits value) => Vector128.EqualsAny(value.AsInt16(), Vector128<short>.Zero) ? 0 : 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int I32x4AllTrue(Bits value) => Vector128.EqualsAny(value.AsInt32(), Vector128<int>.Zero) ? 0 : 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int I64x2AllTrue(Bits value) => Vector128.EqualsAny(value.AsInt64(), Vector128<long>.Zero) ? 0 : 1;

    /// <summary>An index of 16 and more gives 0. The processor looks only at the highest bit, so larger indices are made to have it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I8x16Swizzle(Bits value, Bits indices) =>
        Ssse3.IsSupported ? Ssse3.Shuffle(value, Sse2.AddSaturate(indices, Vector128.Create((byte)0x70)))
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.VectorTableLookup(value, indices)
        : Vector128.Shuffle(value, indices);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I8x16Popcnt(Bits value)
    {
        if (AdvSimd.IsSupported)
        {
            return AdvSimd.PopCount(value);
        }

        var counts = Vector128.Create((byte)0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
        var nibble = Vector128.Create((byte)0x0F);
        return I8x16Swizzle(counts, value & nibble) + I8x16Swizzle(counts, (value.AsUInt16() >>> 4).AsByte() & nibble);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I8x16AvgrU(Bits left, Bits right) =>
        Sse2.IsSupported ? Sse2.Average(left, right)
        : AdvSimd.IsSupported ? AdvSimd.FusedAddRoundedHalving(left, right)
        : (left | right) - ((left ^ right) >>> 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I16x8AvgrU(Bits left, Bits right)
    {
        var (a, b) = (left.AsUInt16(), right.AsUInt16());
        return (Sse2.IsSupported ? Sse2.Average(a, b)
            : AdvSimd.IsSupported ? AdvSimd.FusedAddRoundedHalving(a, b)
            : (a | b) - ((a ^ b) >>> 1)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I8x16NarrowI16x8S(Bits low, Bits high)
    {
        var (a, b) = (low.AsInt16(), high.AsInt16());
        return (Sse2.IsSupported ? Sse2.PackSignedSaturate(a, b) : Vector128.Narrow(Clamp(a, sbyte.MinValue, sbyte.MaxValue), Clamp(b, sbyte.MinValue, sbyte.MaxValue))).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I8x16NarrowI16x8U(Bits low, Bits high)
    {
        var (a, b) = (low.AsInt16(), high.AsInt16());
        return Sse2.IsSupported ? Sse2.PackUnsignedSaturate(a, b) : Vector128.Narrow(Clamp(a, 0, byte.MaxValue), Clamp(b, 0, byte.MaxValue)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I16x8NarrowI32x4S(Bits low, Bits high)
    {
        var (a, b) = (low.AsInt32(), high.AsInt32());
        return (Sse2.IsSupported ? Sse2.PackSignedSaturate(a, b) : Vector128.Narrow(Clamp(a, short.MinValue, short.MaxValue), Clamp(b, short.MinValue, short.MaxValue))).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I16x8NarrowI32x4U(Bits low, Bits high)
    {
        var (a, b) = (low.AsInt32(), high.AsInt32());
        return Sse41.IsSupported ? Sse41.PackUnsignedSaturate(a, b).AsByte() : Vector128.Narrow(Clamp(a, 0, ushort.MaxValue), Clamp(b, 0, ushort.MaxValue)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I16x8ExtaddPairwiseI8x16S(Bits value) =>
        (Ssse3.IsSupported ? Ssse3.MultiplyAddAdjacent(Bits.One, value.AsSByte())
        : (value.AsInt16() << 8 >> 8) + (value.AsInt16() >> 8)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I16x8ExtaddPairwiseI8x16U(Bits value) =>
        Ssse3.IsSupported ? Ssse3.MultiplyAddAdjacent(value, Vector128<sbyte>.One).AsByte()
        : ((value.AsUInt16() & Vector128.Create((ushort)byte.MaxValue)) + (value.AsUInt16() >>> 8)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I32x4ExtaddPairwiseI16x8S(Bits value) =>
        (Sse2.IsSupported ? Sse2.MultiplyAddAdjacent(value.AsInt16(), Vector128<short>.One)
        : (value.AsInt32() << 16 >> 16) + (value.AsInt32() >> 16)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I32x4ExtaddPairwiseI16x8U(Bits value) =>
        ((value.AsUInt32() & Vector128.Create((uint)ushort.MaxValue)) + (value.AsUInt32() >>> 16)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I32x4DotI16x8S(Bits left, Bits right)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyAddAdjacent(left.AsInt16(), right.AsInt16()).AsByte();
        }

        var (a, b) = (left.AsInt32(), right.AsInt32());
        return (((a << 16 >> 16) * (b << 16 >> 16)) + ((a >> 16) * (b >> 16))).AsByte();
    }

    /// <summary>A product of fractions, rounded. Only the square of -1 does not fit: it is the one result that the processor gives as -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I16x8Q15mulrSatS(Bits left, Bits right)
    {
        var (a, b) = (left.AsInt16(), right.AsInt16());
        if (AdvSimd.IsSupported)
        {
            return AdvSimd.MultiplyRoundedDoublingSaturateHigh(a, b).AsByte();
        }

        if (Ssse3.IsSupported)
        {
            var product = Ssse3.MultiplyHighRoundScale(a, b);
            return (product ^ Vector128.Equals(product, Vector128.Create(short.MinValue))).AsByte();
        }

        var rounding = Vector128.Create(0x4000);
        var low = ((Vector128.WidenLower(a) * Vector128.WidenLower(b)) + rounding) >> 15;
        var high = ((Vector128.WidenUpper(a) * Vector128.WidenUpper(b)) + rounding) >> 15;
        return I16x8NarrowI32x4S(low.AsByte(), high.AsByte());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I16x8ExtmulLowI8x16S(Bits left, Bits right) => (Vector128.WidenLower(left.AsSByte()) * Vector128.WidenLower(right.AsSByte())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I16x8ExtmulHighI8x16S(Bits left, Bits right) => (Vector128.WidenUpper(left.AsSByte()) * Vector128.WidenUpper(right.AsSByte())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I16x8ExtmulLowI8x16U(Bits left, Bits right) => (Vector128.WidenLower(left) * Vector128.WidenLower(right)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I16x8ExtmulHighI8x16U(Bits left, Bits right) => (Vector128.WidenUpper(left) * Vector128.WidenUpper(right)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I32x4ExtmulLowI16x8S(Bits left, Bits right) => (Vector128.WidenLower(left.AsInt16()) * Vector128.WidenLower(right.AsInt16())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I32x4ExtmulHighI16x8S(Bits left, Bits right) => (Vector128.WidenUpper(left.AsInt16()) * Vector128.WidenUpper(right.AsInt16())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I32x4ExtmulLowI16x8U(Bits left, Bits right) => (Vector128.WidenLower(left.AsUInt16()) * Vector128.WidenLower(right.AsUInt16())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I32x4ExtmulHighI16x8U(Bits left, Bits right) => (Vector128.WidenUpper(left.AsUInt16()) * Vector128.WidenUpper(right.AsUInt16())).AsByte();

    // The processor multiplies the even lanes of 32 bits to 64: each lane goes there twice.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I64x2ExtmulLowI32x4S(Bits left, Bits right) => Sse41.IsSupported
        ? Sse41.Multiply(Sse2.UnpackLow(left.AsInt32(), left.AsInt32()), Sse2.UnpackLow(right.AsInt32(), right.AsInt32())).AsByte()
        : (Vector128.WidenLower(left.AsInt32()) * Vector128.WidenLower(right.AsInt32())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I64x2ExtmulHighI32x4S(Bits left, Bits right) => Sse41.IsSupported
        ? Sse41.Multiply(Sse2.UnpackHigh(left.AsInt32(), left.AsInt32()), Sse2.UnpackHigh(right.AsInt32(), right.AsInt32())).AsByte()
        : (Vector128.WidenUpper(left.AsInt32()) * Vector128.WidenUpper(right.AsInt32())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I64x2ExtmulLowI32x4U(Bits left, Bits right) => Sse2.IsSupported
        ? Sse2.Multiply(Sse2.UnpackLow(left.AsUInt32(), left.AsUInt32()), Sse2.UnpackLow(right.AsUInt32(), right.AsUInt32())).AsByte()
        : (Vector128.WidenLower(left.AsUInt32()) * Vector128.WidenLower(right.AsUInt32())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I64x2ExtmulHighI32x4U(Bits left, Bits right) => Sse2.IsSupported
        ? Sse2.Multiply(Sse2.UnpackHigh(left.AsUInt32(), left.AsUInt32()), Sse2.UnpackHigh(right.AsUInt32(), right.AsUInt32())).AsByte()
        : (Vector128.WidenUpper(left.AsUInt32()) * Vector128.WidenUpper(right.AsUInt32())).AsByte();

    // Of a NaN the sum is the quiet NaN that is wanted. Of the zeros the processor's minimum gives the second one: "or" takes the negative.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F32x4Min(Bits left, Bits right)
    {
        var (a, b) = (left.AsSingle(), right.AsSingle());
        return (AdvSimd.IsSupported ? AdvSimd.Min(a, b)
            : Vector128.ConditionalSelect(Ordered(a, b), Sse.IsSupported ? Sse.Min(a, b) | Sse.Min(b, a) : Vector128.Min(a, b), a + b)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F32x4Max(Bits left, Bits right)
    {
        var (a, b) = (left.AsSingle(), right.AsSingle());
        return (AdvSimd.IsSupported ? AdvSimd.Max(a, b)
            : Vector128.ConditionalSelect(Ordered(a, b), Sse.IsSupported ? Sse.Max(a, b) & Sse.Max(b, a) : Vector128.Max(a, b), a + b)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F64x2Min(Bits left, Bits right)
    {
        var (a, b) = (left.AsDouble(), right.AsDouble());
        return (AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.Min(a, b)
            : Vector128.ConditionalSelect(Ordered(a, b), Sse2.IsSupported ? Sse2.Min(a, b) | Sse2.Min(b, a) : Vector128.Min(a, b), a + b)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F64x2Max(Bits left, Bits right)
    {
        var (a, b) = (left.AsDouble(), right.AsDouble());
        return (AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.Max(a, b)
            : Vector128.ConditionalSelect(Ordered(a, b), Sse2.IsSupported ? Sse2.Max(a, b) & Sse2.Max(b, a) : Vector128.Max(a, b), a + b)).AsByte();
    }

    // The pseudo-minimum is "right < left ? right : left": the processor's own, with the operands exchanged.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F32x4Pmin(Bits left, Bits right)
    {
        var (a, b) = (left.AsSingle(), right.AsSingle());
        return (Sse.IsSupported ? Sse.Min(b, a) : Vector128.ConditionalSelect(Vector128.LessThan(b, a), b, a)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F32x4Pmax(Bits left, Bits right)
    {
        var (a, b) = (left.AsSingle(), right.AsSingle());
        return (Sse.IsSupported ? Sse.Max(b, a) : Vector128.ConditionalSelect(Vector128.LessThan(a, b), b, a)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F64x2Pmin(Bits left, Bits right)
    {
        var (a, b) = (left.AsDouble(), right.AsDouble());
        return (Sse2.IsSupported ? Sse2.Min(b, a) : Vector128.ConditionalSelect(Vector128.LessThan(b, a), b, a)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F64x2Pmax(Bits left, Bits right)
    {
        var (a, b) = (left.AsDouble(), right.AsDouble());
        return (Sse2.IsSupported ? Sse2.Max(b, a) : Vector128.ConditionalSelect(Vector128.LessThan(a, b), b, a)).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F32x4ConvertI32x4S(Bits value) => Vector128.ConvertToSingle(value.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F32x4ConvertI32x4U(Bits value) => Vector128.ConvertToSingle(value.AsUInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F64x2ConvertLowI32x4S(Bits value) =>
        (Sse2.IsSupported ? Sse2.ConvertToVector128Double(value.AsInt32()) : Vector128.ConvertToDouble(Vector128.WidenLower(value.AsInt32()))).AsByte();

    /// <summary>The integer becomes the low half of 2^52, which is then taken away.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F64x2ConvertLowI32x4U(Bits value)
    {
        var offset = Vector128.Create(4503599627370496.0);
        return ((Vector128.WidenLower(value.AsUInt32()) | offset.AsUInt64()).AsDouble() - offset).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F32x4DemoteF64x2Zero(Bits value) =>
        (Sse2.IsSupported ? Sse2.ConvertToVector128Single(value.AsDouble()) : Vector128.Narrow(value.AsDouble(), Vector128<double>.Zero)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F64x2PromoteLowF32x4(Bits value) =>
        (Sse2.IsSupported ? Sse2.ConvertToVector128Double(value.AsSingle()) : Vector128.WidenLower(value.AsSingle())).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I32x4TruncSatF32x4S(Bits value) => Vector128.ConvertToInt32(value.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I32x4TruncSatF32x4U(Bits value) => Vector128.ConvertToUInt32(value.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I32x4TruncSatF64x2SZero(Bits value)
    {
        // A number that is too small becomes the smallest integer by itself.
        var number = value.AsDouble() & Vector128.Equals(value.AsDouble(), value.AsDouble());
        return Sse2.IsSupported
            ? Sse2.ConvertToVector128Int32WithTruncation(Sse2.Min(number, Vector128.Create((double)int.MaxValue))).AsByte()
            : Vector128.Narrow(Vector128.ConvertToInt64(Vector128.Clamp(number, Vector128.Create((double)int.MinValue), Vector128.Create((double)int.MaxValue))), Vector128<long>.Zero).AsByte();
    }

    /// <summary>The truncated number is added to 2^52, whose low half it then is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I32x4TruncSatF64x2UZero(Bits value)
    {
        var number = value.AsDouble() & Vector128.Equals(value.AsDouble(), value.AsDouble());
        number = Vector128.Truncate(Vector128.MinNative(Vector128.MaxNative(number, Vector128<double>.Zero), Vector128.Create((double)uint.MaxValue)));
        return Vector128.Narrow((number + Vector128.Create(4503599627370496.0)).AsUInt64(), Vector128<ulong>.Zero).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F32x4RelaxedMadd(Bits left, Bits right, Bits addend) => ((left.AsSingle() * right.AsSingle()) + addend.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F32x4RelaxedNmadd(Bits left, Bits right, Bits addend) => ((-left.AsSingle() * right.AsSingle()) + addend.AsSingle()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F64x2RelaxedMadd(Bits left, Bits right, Bits addend) => ((left.AsDouble() * right.AsDouble()) + addend.AsDouble()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits F64x2RelaxedNmadd(Bits left, Bits right, Bits addend) => ((-left.AsDouble() * right.AsDouble()) + addend.AsDouble()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I16x8RelaxedDotI8x16I7x16S(Bits left, Bits right)
    {
        var (a, b) = (left.AsInt16(), right.AsInt16());
        return (((a << 8 >> 8) * (b << 8 >> 8)) + ((a >> 8) * (b >> 8))).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bits I32x4RelaxedDotI8x16I7x16AddS(Bits left, Bits right, Bits addend) =>
        (I32x4ExtaddPairwiseI16x8S(I16x8RelaxedDotI8x16I7x16S(left, right)).AsInt32() + addend.AsInt32()).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Ordered(Vector128<float> left, Vector128<float> right) =>
        Sse.IsSupported ? Sse.CompareOrdered(left, right) : Vector128.Equals(left, left) & Vector128.Equals(right, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<double> Ordered(Vector128<double> left, Vector128<double> right) =>
        Sse2.IsSupported ? Sse2.CompareOrdered(left, right) : Vector128.Equals(left, left) & Vector128.Equals(right, right);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<short> Clamp(Vector128<short> value, short least, short most) => Vector128.Clamp(value, Vector128.Create(least), Vector128.Create(most));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Clamp(Vector128<int> value, int least, int most) => Vector128.Clamp(value, Vector128.Create(least), Vector128.Create(most));
}
