using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Validation;

/// <summary>
/// The signatures of the instructions that only take and give values, and the accesses to memory, one line each.
/// In a signature, i is i32, l is i64, f is f32, d is f64; parameters stand before the colon.
/// </summary>
internal static class InstructionTable
{
    private static readonly InstructionSignature[] Plain = new InstructionSignature[256];
    private static readonly InstructionSignature[] Prefixed = new InstructionSignature[8];
    private static readonly MemoryAccess[] Accesses = new MemoryAccess[256];

    static InstructionTable()
    {
        Define(Opcode.I32Eqz, Opcode.I32Eqz, "i:i");
        Define(Opcode.I32Eq, Opcode.I32GeU, "ii:i");
        Define(Opcode.I64Eqz, Opcode.I64Eqz, "l:i");
        Define(Opcode.I64Eq, Opcode.I64GeU, "ll:i");
        Define(Opcode.F32Eq, Opcode.F32Ge, "ff:i");
        Define(Opcode.F64Eq, Opcode.F64Ge, "dd:i");
        Define(Opcode.I32Clz, Opcode.I32Popcnt, "i:i");
        Define(Opcode.I32Add, Opcode.I32Rotr, "ii:i");
        Define(Opcode.I64Clz, Opcode.I64Popcnt, "l:l");
        Define(Opcode.I64Add, Opcode.I64Rotr, "ll:l");
        Define(Opcode.F32Abs, Opcode.F32Sqrt, "f:f");
        Define(Opcode.F32Add, Opcode.F32Copysign, "ff:f");
        Define(Opcode.F64Abs, Opcode.F64Sqrt, "d:d");
        Define(Opcode.F64Add, Opcode.F64Copysign, "dd:d");
        Define(Opcode.I32WrapI64, Opcode.I32WrapI64, "l:i");
        Define(Opcode.I32TruncF32S, Opcode.I32TruncF32U, "f:i");
        Define(Opcode.I32TruncF64S, Opcode.I32TruncF64U, "d:i");
        Define(Opcode.I64ExtendI32S, Opcode.I64ExtendI32U, "i:l");
        Define(Opcode.I64TruncF32S, Opcode.I64TruncF32U, "f:l");
        Define(Opcode.I64TruncF64S, Opcode.I64TruncF64U, "d:l");
        Define(Opcode.F32ConvertI32S, Opcode.F32ConvertI32U, "i:f");
        Define(Opcode.F32ConvertI64S, Opcode.F32ConvertI64U, "l:f");
        Define(Opcode.F32DemoteF64, Opcode.F32DemoteF64, "d:f");
        Define(Opcode.F64ConvertI32S, Opcode.F64ConvertI32U, "i:d");
        Define(Opcode.F64ConvertI64S, Opcode.F64ConvertI64U, "l:d");
        Define(Opcode.F64PromoteF32, Opcode.F64PromoteF32, "f:d");
        Define(Opcode.I32ReinterpretF32, Opcode.I32ReinterpretF32, "f:i");
        Define(Opcode.I64ReinterpretF64, Opcode.I64ReinterpretF64, "d:l");
        Define(Opcode.F32ReinterpretI32, Opcode.F32ReinterpretI32, "i:f");
        Define(Opcode.F64ReinterpretI64, Opcode.F64ReinterpretI64, "l:d");
        Define(Opcode.I32Extend8S, Opcode.I32Extend16S, "i:i");
        Define(Opcode.I64Extend8S, Opcode.I64Extend32S, "l:l");
        Define(Opcode.I32TruncSatF32S, Opcode.I32TruncSatF32U, "f:i");
        Define(Opcode.I32TruncSatF64S, Opcode.I32TruncSatF64U, "d:i");
        Define(Opcode.I64TruncSatF32S, Opcode.I64TruncSatF32U, "f:l");
        Define(Opcode.I64TruncSatF64S, Opcode.I64TruncSatF64U, "d:l");

        Define(Opcode.I32Load, 'i', naturalAlignment: 2, isStore: false);
        Define(Opcode.I64Load, 'l', naturalAlignment: 3, isStore: false);
        Define(Opcode.F32Load, 'f', naturalAlignment: 2, isStore: false);
        Define(Opcode.F64Load, 'd', naturalAlignment: 3, isStore: false);
        Define(Opcode.I32Load8S, 'i', naturalAlignment: 0, isStore: false);
        Define(Opcode.I32Load8U, 'i', naturalAlignment: 0, isStore: false);
        Define(Opcode.I32Load16S, 'i', naturalAlignment: 1, isStore: false);
        Define(Opcode.I32Load16U, 'i', naturalAlignment: 1, isStore: false);
        Define(Opcode.I64Load8S, 'l', naturalAlignment: 0, isStore: false);
        Define(Opcode.I64Load8U, 'l', naturalAlignment: 0, isStore: false);
        Define(Opcode.I64Load16S, 'l', naturalAlignment: 1, isStore: false);
        Define(Opcode.I64Load16U, 'l', naturalAlignment: 1, isStore: false);
        Define(Opcode.I64Load32S, 'l', naturalAlignment: 2, isStore: false);
        Define(Opcode.I64Load32U, 'l', naturalAlignment: 2, isStore: false);
        Define(Opcode.I32Store, 'i', naturalAlignment: 2, isStore: true);
        Define(Opcode.I64Store, 'l', naturalAlignment: 3, isStore: true);
        Define(Opcode.F32Store, 'f', naturalAlignment: 2, isStore: true);
        Define(Opcode.F64Store, 'd', naturalAlignment: 3, isStore: true);
        Define(Opcode.I32Store8, 'i', naturalAlignment: 0, isStore: true);
        Define(Opcode.I32Store16, 'i', naturalAlignment: 1, isStore: true);
        Define(Opcode.I64Store8, 'l', naturalAlignment: 0, isStore: true);
        Define(Opcode.I64Store16, 'l', naturalAlignment: 1, isStore: true);
        Define(Opcode.I64Store32, 'l', naturalAlignment: 2, isStore: true);
    }

    /// <summary>The signature of an instruction that only takes and gives values; null for any other.</summary>
    public static InstructionSignature? Signature(Opcode opcode)
    {
        if ((int)opcode < 256)
        {
            return Plain[(int)opcode];
        }

        if (opcode >= Opcode.V128Load)
        {
            return VectorInstructionTable.Signature(opcode);
        }

        var index = (int)opcode - InstructionDecoder.Prefix;
        return index is >= 0 and < 8 ? Prefixed[index] : null;
    }

    /// <summary>How an instruction accesses memory; null for any that does not.</summary>
    public static MemoryAccess? Access(Opcode opcode) =>
        (int)opcode < 256 ? Accesses[(int)opcode]
        : opcode >= Opcode.V128Load ? VectorInstructionTable.Access(opcode)
        : null;

    private static void Define(Opcode first, Opcode last, string signature)
    {
        var parameters = new ValueType[signature.Length - 2];
        for (var i = 0; i < parameters.Length; i++)
        {
            parameters[i] = Parse(signature[i]);
        }

        var parsed = new InstructionSignature(parameters, Parse(signature[^1]));
        for (var opcode = first; opcode <= last; opcode++)
        {
            if ((int)opcode < 256)
            {
                Plain[(int)opcode] = parsed;
            }
            else
            {
                Prefixed[(int)opcode - InstructionDecoder.Prefix] = parsed;
            }
        }
    }

    private static void Define(Opcode opcode, char type, int naturalAlignment, bool isStore) =>
        Accesses[(int)opcode] = new MemoryAccess(Parse(type), naturalAlignment, isStore);

    private static ValueType Parse(char letter) => letter switch
    {
        'i' => ValueType.I32,
        'l' => ValueType.I64,
        'f' => ValueType.F32,
        _ => ValueType.F64,
    };
}

/// <summary>What an instruction takes from the stack and gives back.</summary>
internal sealed record InstructionSignature(ValueType[] Parameters, ValueType Result);

/// <summary>A load or a store: the type of the value, the natural alignment as a power of two.</summary>
internal sealed record MemoryAccess(ValueType Value, int NaturalAlignment, bool IsStore)
{
    /// <summary>How many bytes are accessed.</summary>
    public int Size => 1 << NaturalAlignment;
}
