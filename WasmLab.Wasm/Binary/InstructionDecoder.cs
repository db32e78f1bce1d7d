namespace WasmLab.Wasm.Binary;

/// <summary>Reads one instruction.</summary>
internal static class InstructionDecoder
{
    public const int Prefix = 0xFC_0000;
    public const int MaxBranchTargets = 65_520;

    /// <summary>The block type that has neither parameters nor results.</summary>
    public const long EmptyBlock = -64;

    /// <summary>In the alignment of an access: a memory's index follows.</summary>
    private const uint HasMemoryIndex = 0x40;

    /// <summary>Whether an end belongs to the instruction.</summary>
    public static bool OpensBlock(Opcode opcode) => opcode is Opcode.Block or Opcode.Loop or Opcode.If or Opcode.TryTable;

    public static void Read(ref WasmReader reader, out Instruction instruction)
    {
        instruction = default;
        instruction.Offset = reader.Position;
        int code = reader.ReadByte();
        switch (code)
        {
            case >= 0x45 and <= 0xC4:
            case 0x00 or 0x01 or 0x05 or 0x0B or 0x0F or 0x1A or 0x1B or 0xD1:
                break;
            case 0x02 or 0x03 or 0x04:
                instruction.Value = ReadBlockType(ref reader);
                break;
            case 0x0C or 0x0D or 0x10 or 0xD2:
            case >= 0x20 and <= 0x26:
                instruction.First = reader.ReadU32();
                break;
            case 0x0E:
                instruction.Many = ReadBranchTable(ref reader);
                break;
            case 0x11:
                instruction.First = reader.ReadU32();
                instruction.Second = reader.ReadU32();
                break;
            case 0x1C:
                instruction.Many = ReadTypes(ref reader);
                break;
            case >= 0x28 and <= 0x3E:
                ReadMemoryArgument(ref reader, ref instruction);
                break;
            case 0x3F or 0x40:
                instruction.First = ReadMemoryIndex(ref reader);
                break;
            case 0x41:
                instruction.Value = reader.ReadS32();
                break;
            case 0x42:
                instruction.Value = reader.ReadS64();
                break;
            case 0x43:
                instruction.Value = reader.ReadFixed32();
                break;
            case 0x44:
                instruction.Value = (long)reader.ReadFixed64();
                break;
            case 0xD0:
                instruction.First = (uint)reader.ReadReferenceType();
                break;
            case 0xFC:
                code = ReadPrefixed(ref reader, ref instruction);
                break;
            case 0xFD:
                code = VectorInstructionDecoder.Read(ref reader, ref instruction);
                break;
            case 0x12:
                reader.Require(WasmFeatures.TailCalls, "illegal opcode 12", instruction.Offset);
                instruction.First = reader.ReadU32();
                break;
            case 0x13:
                reader.Require(WasmFeatures.TailCalls, "illegal opcode 13", instruction.Offset);
                instruction.First = reader.ReadU32();
                instruction.Second = reader.ReadU32();
                break;
            case 0x08:
                reader.Require(WasmFeatures.Exceptions, "illegal opcode 08", instruction.Offset);
                instruction.First = reader.ReadU32();
                break;
            case 0x0A:
                reader.Require(WasmFeatures.Exceptions, "illegal opcode 0a", instruction.Offset);
                break;
            case 0x1F:
                reader.Require(WasmFeatures.Exceptions, "illegal opcode 1f", instruction.Offset);
                instruction.Value = ReadBlockType(ref reader);
                instruction.Catches = CatchClause.ReadAll(ref reader);
                break;
            case 0x06 or 0x07 or 0x09 or 0x18 or 0x19:
                throw reader.Unsupported($"illegal opcode {code:x2}: legacy exceptions are not supported, only those of WebAssembly 3.0 (try_table)", instruction.Offset);
            case 0xFE:
                throw reader.Unsupported("illegal opcode fe: threads and atomics are not supported", instruction.Offset);
            default:
                throw reader.Malformed($"illegal opcode {code:x2}", instruction.Offset);
        }

        instruction.Opcode = (Opcode)code;
    }

    /// <summary>The alignment, the memory and the offset of an access.</summary>
    public static void ReadMemoryArgument(ref WasmReader reader, ref Instruction instruction)
    {
        var at = reader.Position;
        instruction.First = reader.ReadU32();
        if ((instruction.First & HasMemoryIndex) != 0)
        {
            reader.Require(WasmFeatures.MultipleMemories, "malformed memop flags", at);
            instruction.First &= ~HasMemoryIndex;
            instruction.Second = reader.ReadU32();
        }

        instruction.Value = (reader.Features & WasmFeatures.Memory64) != 0 ? (long)reader.ReadU64() : reader.ReadU32();
    }

    private static int ReadPrefixed(ref WasmReader reader, ref Instruction instruction)
    {
        var number = reader.ReadU32();
        switch (number)
        {
            case <= 7:
                break;
            case 8:
                instruction.First = reader.ReadU32();
                instruction.Second = ReadMemoryIndex(ref reader);
                break;
            case 9 or 13 or 15 or 16 or 17:
                instruction.First = reader.ReadU32();
                break;
            case 10:
                instruction.First = ReadMemoryIndex(ref reader);
                instruction.Second = ReadMemoryIndex(ref reader);
                break;
            case 11:
                instruction.First = ReadMemoryIndex(ref reader);
                break;
            case 12 or 14:
                instruction.First = reader.ReadU32();
                instruction.Second = reader.ReadU32();
                break;
            default:
                throw reader.Malformed($"illegal opcode fc {number:x2}", instruction.Offset);
        }

        return Prefix + (int)number;
    }

    private static uint ReadMemoryIndex(ref WasmReader reader)
    {
        if (reader.Peek() == 0)
        {
            reader.Skip(1);
            return 0;
        }

        reader.Require(WasmFeatures.MultipleMemories, "zero byte expected", reader.Position);
        return reader.ReadU32();
    }

    private static long ReadBlockType(ref WasmReader reader)
    {
        // One byte with bit 6 set and bit 7 clear is a value type or empty: a negative number as a signed LEB128.
        if ((reader.Peek() & 0xC0) == 0x40)
        {
            if (reader.Peek() != 0x40)
            {
                return (sbyte)((byte)reader.ReadValueType() | 0x80);
            }

            reader.Skip(1);
            return EmptyBlock;
        }

        var at = reader.Position;
        var index = reader.ReadS33();
        return index >= 0 ? index : throw reader.Malformed("malformed block type", at);
    }

    private static uint[] ReadBranchTable(ref WasmReader reader)
    {
        var targets = new uint[reader.ReadCount("br_table targets", MaxBranchTargets) + 1];
        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] = reader.ReadU32();
        }

        return targets;
    }

    private static uint[] ReadTypes(ref WasmReader reader)
    {
        var types = new uint[reader.ReadCount("types of a select", 1000)];
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = (uint)reader.ReadValueType();
        }

        return types;
    }
}
