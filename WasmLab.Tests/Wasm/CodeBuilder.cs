using WasmLab.Wasm.Binary;

namespace WasmLab.Tests.Wasm;

/// <summary>Writes instructions.</summary>
internal sealed class CodeBuilder
{
    private readonly List<byte> _bytes = [];

    public byte[] Bytes => [.. _bytes];

    public CodeBuilder Op(Opcode opcode, params ReadOnlySpan<long> immediates)
    {
        if ((int)opcode > byte.MaxValue)
        {
            _bytes.Add((byte)((int)opcode >> 16));
            Unsigned(_bytes, (ushort)opcode);
        }
        else
        {
            _bytes.Add((byte)opcode);
        }

        foreach (var immediate in immediates)
        {
            Signed(_bytes, immediate);
        }

        return this;
    }

    public CodeBuilder Get(int local) => Op(Opcode.LocalGet, local);

    public CodeBuilder Set(int local) => Op(Opcode.LocalSet, local);

    public CodeBuilder Const(int value) => Op(Opcode.I32Const, value);

    public CodeBuilder Call(int function) => Op(Opcode.Call, function);

    public CodeBuilder End() => Op(Opcode.End);

    public CodeBuilder Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public CodeBuilder Repeat(int count, Action<CodeBuilder> part)
    {
        for (var i = 0; i < count; i++)
        {
            part(this);
        }

        return this;
    }

    /// <summary>An unsigned index below 64 is written the same way by both forms; larger ones need <see cref="Raw"/>.</summary>
    public static void Signed(List<byte> bytes, long value)
    {
        while (true)
        {
            var next = (byte)(value & 0x7F);
            value >>= 7;
            if ((value == 0 && (next & 0x40) == 0) || (value == -1 && (next & 0x40) != 0))
            {
                bytes.Add(next);
                return;
            }

            bytes.Add((byte)(next | 0x80));
        }
    }

    public static void Unsigned(List<byte> bytes, uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
    }
}
