namespace WasmLab.Fuzz.Mutation;

/// <summary>Changes that know nothing of the format.</summary>
internal static class ByteMutations
{
    private static readonly byte[] Interesting = [0x00, 0x01, 0x02, 0x0B, 0x40, 0x6F, 0x70, 0x7B, 0x7C, 0x7F, 0x80, 0xFC, 0xFD, 0xFE, 0xFF];

    public static byte[] Apply(byte[] bytes, Random random)
    {
        if (bytes.Length == 0)
        {
            return [(byte)random.Next(256)];
        }

        var at = random.Next(bytes.Length);
        var length = random.Next(1, Math.Min(bytes.Length - at, 1 << random.Next(8)) + 1);
        switch (random.Next(7))
        {
            case 0:
                var flipped = bytes.ToArray();
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
            case 1:
                var replaced = bytes.ToArray();
                replaced[at] = random.Next(2) == 0 ? (byte)random.Next(256) : Interesting[random.Next(Interesting.Length)];
                return replaced;
            case 2:
                return [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
            case 3:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 4:
                return [.. bytes[..(at + length)], .. bytes[at..]];
            case 5:
                var moved = bytes.ToArray();
                var from = random.Next(bytes.Length - length + 1);
                bytes.AsSpan(from, length).CopyTo(moved.AsSpan(at));
                return moved;
            default:
                return bytes[..at];
        }
    }
}
