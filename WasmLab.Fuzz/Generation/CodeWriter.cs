using WasmLab.Fuzz.Mutation;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Fuzz.Generation;

/// <summary>Writes instructions.</summary>
internal sealed class CodeWriter
{
    private const byte EmptyBlock = 0x40;

    public List<byte> Bytes { get; } = [];

    /// <summary>An instruction with indices behind it.</summary>
    public CodeWriter Op(Opcode opcode, params ReadOnlySpan<uint> immediates)
    {
        if ((int)opcode > byte.MaxValue)
        {
            Bytes.Add((byte)((int)opcode >> 16));
            Leb128.WriteUnsigned(Bytes, (ushort)opcode);
        }
        else
        {
            Bytes.Add((byte)opcode);
        }

        foreach (var immediate in immediates)
        {
            Leb128.WriteUnsigned(Bytes, immediate);
        }

        return this;
    }

    public CodeWriter I32(int value)
    {
        Op(Opcode.I32Const);
        Leb128.WriteSigned(Bytes, value);
        return this;
    }

    /// <summary>A constant, given as its bits; of a vector both halves have them.</summary>
    public CodeWriter Const(ValueType type, long bits)
    {
        switch (type)
        {
            case ValueType.I32:
                return I32((int)bits);
            case ValueType.I64:
                Op(Opcode.I64Const);
                Leb128.WriteSigned(Bytes, bits);
                return this;
            case ValueType.F32:
                Op(Opcode.F32Const);
                Bytes.AddRange(BitConverter.GetBytes((int)bits));
                return this;
            case ValueType.F64:
                Op(Opcode.F64Const);
                Bytes.AddRange(BitConverter.GetBytes(bits));
                return this;
            default:
                Op(Opcode.V128Const);
                Bytes.AddRange([.. BitConverter.GetBytes(bits), .. BitConverter.GetBytes(bits)]);
                return this;
        }
    }

    /// <summary>A block, loop or if; of a result type, or of none.</summary>
    public CodeWriter Open(Opcode opcode, ValueType? result = null)
    {
        Bytes.AddRange([(byte)opcode, result is { } type ? (byte)type : EmptyBlock]);
        return this;
    }

    public CodeWriter End() => Op(Opcode.End);
}
