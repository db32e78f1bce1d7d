using WasmLab.Wasm.Binary;
using static WasmLab.Wasm.ValueType;

namespace WasmLab.Wasm.Validation;

/// <summary>What vector instructions take and give, found by the shape of the opcode's name, and how they access memory.</summary>
internal static class VectorInstructionTable
{
    private const int Count = (int)Opcode.I32x4RelaxedDotI8x16I7x16AddS - VectorInstructionDecoder.Prefix + 1;

    private static readonly InstructionSignature?[] Signatures = new InstructionSignature?[Count];
    private static readonly MemoryAccess?[] Accesses = new MemoryAccess?[Count];
    private static readonly MemoryAccess?[] LaneAccesses = new MemoryAccess?[Count];

    static VectorInstructionTable()
    {
        foreach (var opcode in Enum.GetValues<Opcode>())
        {
            if (opcode >= Opcode.V128Load)
            {
                var number = (int)opcode - VectorInstructionDecoder.Prefix;
                Signatures[number] = SignatureOf(opcode);
                Accesses[number] = AccessOf(opcode);
                LaneAccesses[number] = LaneAccessOf(opcode);
            }
        }
    }

    /// <summary>The signature of an instruction that has no immediates; null for any other.</summary>
    public static InstructionSignature? Signature(Opcode opcode) => Signatures[(int)opcode - VectorInstructionDecoder.Prefix];

    /// <summary>How an instruction accesses memory with a whole vector; null for any that does not.</summary>
    public static MemoryAccess? Access(Opcode opcode) => Accesses[(int)opcode - VectorInstructionDecoder.Prefix];

    /// <summary>How an instruction accesses memory with one lane of a vector; null for any that does not.</summary>
    public static MemoryAccess? LaneAccess(Opcode opcode) => LaneAccesses[(int)opcode - VectorInstructionDecoder.Prefix];

    /// <summary>The lanes' type and number of an instruction that reads or replaces one lane.</summary>
    public static (ValueType Type, int Count) Lanes(Opcode opcode) => opcode switch
    {
        <= Opcode.I8x16ReplaceLane => (I32, 16),
        <= Opcode.I16x8ReplaceLane => (I32, 8),
        <= Opcode.I32x4ReplaceLane => (I32, 4),
        <= Opcode.I64x2ReplaceLane => (I64, 2),
        <= Opcode.F32x4ReplaceLane => (F32, 4),
        _ => (F64, 2),
    };

    public static bool ReplacesLane(Opcode opcode) => opcode is Opcode.I8x16ReplaceLane or Opcode.I16x8ReplaceLane
        or Opcode.I32x4ReplaceLane or Opcode.I64x2ReplaceLane or Opcode.F32x4ReplaceLane or Opcode.F64x2ReplaceLane;

    /// <summary>Whether an instruction shifts lanes by a count.</summary>
    public static bool IsShift(Opcode opcode) => opcode is >= Opcode.I8x16Shl and <= Opcode.I8x16ShrU
        or >= Opcode.I16x8Shl and <= Opcode.I16x8ShrU or >= Opcode.I32x4Shl and <= Opcode.I32x4ShrU or >= Opcode.I64x2Shl and <= Opcode.I64x2ShrU;

    private static MemoryAccess? AccessOf(Opcode opcode) => opcode switch
    {
        Opcode.V128Load => new MemoryAccess(V128, 4, IsStore: false),
        >= Opcode.V128Load8x8S and <= Opcode.V128Load32x2U => new MemoryAccess(V128, 3, IsStore: false),
        >= Opcode.V128Load8Splat and <= Opcode.V128Load64Splat => new MemoryAccess(V128, opcode - Opcode.V128Load8Splat, IsStore: false),
        Opcode.V128Store => new MemoryAccess(V128, 4, IsStore: true),
        Opcode.V128Load32Zero => new MemoryAccess(V128, 2, IsStore: false),
        Opcode.V128Load64Zero => new MemoryAccess(V128, 3, IsStore: false),
        _ => null,
    };

    private static MemoryAccess? LaneAccessOf(Opcode opcode) => opcode switch
    {
        >= Opcode.V128Load8Lane and <= Opcode.V128Load64Lane => new MemoryAccess(V128, opcode - Opcode.V128Load8Lane, IsStore: false),
        >= Opcode.V128Store8Lane and <= Opcode.V128Store64Lane => new MemoryAccess(V128, opcode - Opcode.V128Store8Lane, IsStore: true),
        _ => null,
    };

    private static InstructionSignature? SignatureOf(Opcode opcode)
    {
        switch (opcode)
        {
            case <= Opcode.I8x16Shuffle:
            case >= Opcode.I8x16ExtractLaneS and <= Opcode.F64x2ReplaceLane:
            case >= Opcode.V128Load8Lane and <= Opcode.V128Load64Zero:
                return null;
            case Opcode.I8x16Splat or Opcode.I16x8Splat or Opcode.I32x4Splat:
                return new([I32], V128);
            case Opcode.I64x2Splat:
                return new([I64], V128);
            case Opcode.F32x4Splat:
                return new([F32], V128);
            case Opcode.F64x2Splat:
                return new([F64], V128);
            case Opcode.V128Bitselect:
            case >= Opcode.F32x4RelaxedMadd and <= Opcode.I64x2RelaxedLaneselect or Opcode.I32x4RelaxedDotI8x16I7x16AddS:
                return new([V128, V128, V128], V128);
        }

        var name = opcode.ToString();
        if (name.EndsWith("True", StringComparison.Ordinal) || name.EndsWith("Bitmask", StringComparison.Ordinal))
        {
            return new([V128], I32);
        }

        return IsShift(opcode) ? new([V128, I32], V128)
            : IsUnary(opcode) ? new([V128], V128)
            : new([V128, V128], V128);
    }

    private static bool IsUnary(Opcode opcode) => opcode is Opcode.V128Not
        or Opcode.F32x4DemoteF64x2Zero or Opcode.F64x2PromoteLowF32x4
        or Opcode.I8x16Abs or Opcode.I8x16Neg or Opcode.I8x16Popcnt
        or Opcode.I16x8Abs or Opcode.I16x8Neg or Opcode.I32x4Abs or Opcode.I32x4Neg or Opcode.I64x2Abs or Opcode.I64x2Neg
        or >= Opcode.F32x4Ceil and <= Opcode.F32x4Nearest or Opcode.F64x2Ceil or Opcode.F64x2Floor or Opcode.F64x2Trunc or Opcode.F64x2Nearest
        or >= Opcode.I16x8ExtaddPairwiseI8x16S and <= Opcode.I32x4ExtaddPairwiseI16x8U
        or >= Opcode.I16x8ExtendLowI8x16S and <= Opcode.I16x8ExtendHighI8x16U
        or >= Opcode.I32x4ExtendLowI16x8S and <= Opcode.I32x4ExtendHighI16x8U
        or >= Opcode.I64x2ExtendLowI32x4S and <= Opcode.I64x2ExtendHighI32x4U
        or Opcode.F32x4Abs or Opcode.F32x4Neg or Opcode.F32x4Sqrt or Opcode.F64x2Abs or Opcode.F64x2Neg or Opcode.F64x2Sqrt
        or >= Opcode.I32x4TruncSatF32x4S and <= Opcode.F64x2ConvertLowI32x4U
        or >= Opcode.I32x4RelaxedTruncF32x4S and <= Opcode.I32x4RelaxedTruncF64x2UZero;
}
