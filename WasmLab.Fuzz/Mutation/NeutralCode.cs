using WasmLab.Wasm.Binary;

namespace WasmLab.Fuzz.Mutation;

/// <summary>Short stretches of code that leave the operand stack as it was, so that they may stand anywhere.</summary>
internal static class NeutralCode
{
    private const byte EmptyBlock = 0x40;

    public static List<byte[]> Next(Random random) => random.Next(10) switch
    {
        0 => [[(byte)Opcode.LocalGet, (byte)random.Next(4)], [(byte)Opcode.Drop]],
        1 => [[(byte)Opcode.GlobalGet, (byte)random.Next(3)], [(byte)Opcode.Drop]],
        2 => [[(byte)Opcode.Block, EmptyBlock], [(byte)Opcode.End]],
        3 => [Number(random), [(byte)Opcode.If, EmptyBlock], [(byte)Opcode.Unreachable], [(byte)Opcode.Else], [(byte)Opcode.End]],
        4 => [Number(random), [(byte)Opcode.I32Load, (byte)random.Next(3), .. Unsigned(random)], [(byte)Opcode.Drop]],
        5 => [Number(random), Number(random), [(byte)Opcode.I32Store, (byte)random.Next(3), .. Unsigned(random)]],
        6 => [Number(random), [(byte)Opcode.MemoryGrow, 0], [(byte)Opcode.Drop]],
        7 => [Number(random), [(byte)Opcode.LocalSet, (byte)random.Next(4)]],
        8 => [[(byte)Opcode.Block, EmptyBlock], Number(random), [(byte)Opcode.BrTable, 2, 0, 1, 0], [(byte)Opcode.End]],
        _ => [[(byte)Opcode.Loop, EmptyBlock], Number(random), [(byte)Opcode.BrIf, 0], [(byte)Opcode.End]],
    };

    private static byte[] Number(Random random)
    {
        List<byte> bytes = [(byte)Opcode.I32Const];
        Leb128.WriteSigned(bytes, (int)NumberMutations.Next(random));
        return [.. bytes];
    }

    private static List<byte> Unsigned(Random random)
    {
        List<byte> bytes = [];
        Leb128.WriteUnsigned(bytes, (uint)NumberMutations.Next(random));
        return bytes;
    }
}
