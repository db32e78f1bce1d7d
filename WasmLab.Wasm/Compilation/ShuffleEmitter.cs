using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// The IL of <c>i8x16.shuffle</c>: one instruction of the processor where there is one for the lanes that are picked, else a table lookup
/// in each operand.
/// </summary>
internal static class ShuffleEmitter
{
    private static readonly MethodInfo Lookup = VectorEmitter.Function(nameof(Vector128.Shuffle), typeof(byte), 2);
    private static readonly MethodInfo Or = typeof(Vector128<byte>).GetMethod("op_BitwiseOr")!;

    /// <summary>Emits a shuffle. The actions emit an operand, and may be called more than once.</summary>
    public static void Emit(ILGenerator il, Vector128<byte> lanes, Action left, Action right)
    {
        if (Vector128.LessThanAll(lanes, Vector128.Create((byte)16)))
        {
            EmitLookup(il, lanes, left);
        }
        else if (Vector128.GreaterThanOrEqualAll(lanes, Vector128.Create((byte)16)))
        {
            EmitLookup(il, lanes - Vector128.Create((byte)16), right);
        }
        else if (Sse2.IsSupported && Interleaving(lanes) is var (method, isSwapped))
        {
            (isSwapped ? right : left)();
            (isSwapped ? left : right)();
            il.Emit(OpCodes.Call, method);
        }
        else if (Ssse3.IsSupported && lanes == Sequence(lanes[0]))
        {
            // Sixteen bytes in a row out of both: the processor wants the higher operand first.
            right();
            left();
            EmitByte(il, lanes[0]);
            il.Emit(OpCodes.Call, typeof(Ssse3).GetMethod(nameof(Ssse3.AlignRight), [typeof(Vector128<byte>), typeof(Vector128<byte>), typeof(byte)])!);
        }
        else if (Sse.IsSupported && PairsOfWords(lanes) is { } control)
        {
            left();
            right();
            EmitByte(il, control);
            il.Emit(OpCodes.Call, typeof(Sse).GetMethod(nameof(Sse.Shuffle), [typeof(Vector128<float>), typeof(Vector128<float>), typeof(byte)])!);
        }
        else
        {
            // A lane out of range gives 0.
            EmitLookup(il, lanes, left);
            EmitLookup(il, lanes - Vector128.Create((byte)16), right);
            il.Emit(OpCodes.Call, Or);
        }
    }

    private static void EmitLookup(ILGenerator il, Vector128<byte> lanes, Action operand)
    {
        operand();
        if (lanes != Sequence(0))
        {
            VectorEmitter.EmitConstant(il, lanes);
            il.Emit(OpCodes.Call, Lookup);
        }
    }

    private static void EmitByte(ILGenerator il, byte value) => il.Emit(OpCodes.Ldc_I4, (int)value);

    private static Vector128<byte> Sequence(byte first) => Vector128<byte>.Indices + Vector128.Create(first);

    /// <summary>The instruction that takes lanes of 1, 2, 4 or 8 bytes in turn from the lower or the upper halves.</summary>
    private static (MethodInfo Method, bool IsSwapped)? Interleaving(Vector128<byte> lanes)
    {
        Type[] types = [typeof(byte), typeof(ushort), typeof(uint), typeof(ulong)];
        for (var i = 0; i < types.Length; i++)
        {
            foreach (var (name, start) in new[] { (nameof(Sse2.UnpackLow), 0), (nameof(Sse2.UnpackHigh), 8) })
            {
                foreach (var isSwapped in new[] { false, true })
                {
                    if (lanes == Interleaved(1 << i, start, isSwapped ? 16 : 0))
                    {
                        var vector = typeof(Vector128<>).MakeGenericType(types[i]);
                        return (typeof(Sse2).GetMethod(name, [vector, vector])!, isSwapped);
                    }
                }
            }
        }

        return null;
    }

    private static Vector128<byte> Interleaved(int size, int start, int first)
    {
        var lanes = default(Vector128<byte>);
        for (var i = 0; i < 16; i++)
        {
            var lane = i / size;
            lanes = lanes.WithElement(i, (byte)(start + ((lane / 2 * size) + (i % size)) + (lane % 2 == 0 ? first : 16 - first)));
        }

        return lanes;
    }

    /// <summary>The control byte of <c>shufps</c>, when two lanes of 4 bytes come from the left and then two from the right.</summary>
    private static byte? PairsOfWords(Vector128<byte> lanes)
    {
        var control = 0;
        for (var word = 0; word < 4; word++)
        {
            var source = lanes[word * 4];
            if (source % 4 != 0 || source / 16 != word / 2)
            {
                return null;
            }

            for (var i = 1; i < 4; i++)
            {
                if (lanes[(word * 4) + i] != source + i)
                {
                    return null;
                }
            }

            control |= source / 4 % 4 << (word * 2);
        }

        return (byte)control;
    }
}
