namespace WasmLab.Wasm.Binary;

/// <summary>Reads what follows the prefix of a vector instruction.</summary>
internal static class VectorInstructionDecoder
{
    public const int Prefix = 0xFD_0000;

    public static int Read(ref WasmReader reader, ref Instruction instruction)
    {
        var number = reader.ReadU32();
        var opcode = (Opcode)(Prefix + (int)Math.Min(number, ushort.MaxValue));
        switch (opcode)
        {
            case >= Opcode.V128Load and <= Opcode.V128Store or Opcode.V128Load32Zero or Opcode.V128Load64Zero:
                InstructionDecoder.ReadMemoryArgument(ref reader, ref instruction);
                break;
            case >= Opcode.V128Load8Lane and <= Opcode.V128Store64Lane:
                InstructionDecoder.ReadMemoryArgument(ref reader, ref instruction);
                instruction.Lane = reader.ReadByte();
                break;
            case Opcode.V128Const or Opcode.I8x16Shuffle:
                instruction.Vector = reader.ReadVector();
                break;
            case >= Opcode.I8x16ExtractLaneS and <= Opcode.F64x2ReplaceLane:
                instruction.Lane = reader.ReadByte();
                break;
            case >= Opcode.I8x16RelaxedSwizzle and <= Opcode.I32x4RelaxedDotI8x16I7x16AddS:
                reader.Require(WasmFeatures.RelaxedSimd, $"illegal opcode fd {number:x2}", instruction.Offset);
                break;
            default:
                if (!Enum.IsDefined(opcode))
                {
                    throw reader.Malformed($"illegal opcode fd {number:x2}", instruction.Offset);
                }

                break;
        }

        return (int)opcode;
    }
}
