namespace WasmLab.Fuzz.Mutation;

/// <summary>Puts another number where one may stand, in the format's own encoding: counts, indices, limits, offsets, constants.</summary>
internal static class NumberMutations
{
    private static readonly ulong[] Interesting =
    [
        0, 1, 2, 3, 7, 8, 15, 63, 64, 127, 128, 255, 256, 1_000, 1_001, 50_000, 50_001, 65_535, 65_536, 65_537, 1_000_000, 10_000_000,
        int.MaxValue, 0x8000_0000, uint.MaxValue - 1, uint.MaxValue, 0x1_0000_0000, long.MaxValue, ulong.MaxValue,
    ];

    /// <summary>A number at which something may go wrong.</summary>
    public static ulong Next(Random random) => random.Next(4) == 0 ? (ulong)random.Next(300) : Interesting[random.Next(Interesting.Length)];

    public static byte[] Apply(byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
        {
            return bytes;
        }

        var start = random.Next(bytes.Length);
        var end = start;
        Leb128.TryReadUnsigned(bytes, ref end, out var old);
        List<byte> number = [];
        switch (random.Next(5))
        {
            case 0:
                Leb128.WriteUnsigned(number, old + 1);
                break;
            case 1:
                Leb128.WriteUnsigned(number, old - 1);
                break;
            case 2:
                Leb128.WriteSigned(number, (long)Next(random) * (random.Next(2) == 0 ? 1 : -1));
                break;
            case 3:
                Overlong(number, old, random.Next(1, 9));
                break;
            default:
                Leb128.WriteUnsigned(number, Next(random));
                break;
        }

        return [.. bytes[..start], .. number, .. bytes[end..]];
    }

    private static void Overlong(List<byte> number, ulong value, int padding)
    {
        Leb128.WriteUnsigned(number, value);
        number[^1] |= 0x80;
        for (var i = 1; i < padding; i++)
        {
            number.Add(0x80);
        }

        number.Add(0);
    }
}
