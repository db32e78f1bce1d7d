namespace WasmLab.Fuzz.Mutation;

/// <summary>A module as its sections, whose contents can be changed without breaking the sizes around them.</summary>
internal sealed class ModuleSections
{
    private static readonly byte[] Preamble = [0, (byte)'a', (byte)'s', (byte)'m', 1, 0, 0, 0];

    public List<(byte Id, byte[] Content)> Sections { get; } = [];

    /// <summary>Reads as far as the bytes make sense.</summary>
    public static ModuleSections Read(ReadOnlySpan<byte> module)
    {
        var sections = new ModuleSections();
        for (var position = Preamble.Length; position < module.Length;)
        {
            var id = module[position++];
            if (!Leb128.TryReadUnsigned(module, ref position, out var size) || size > (ulong)(module.Length - position))
            {
                break;
            }

            sections.Sections.Add((id, module.Slice(position, (int)size).ToArray()));
            position += (int)size;
        }

        return sections;
    }

    public byte[] Write()
    {
        List<byte> bytes = [.. Preamble];
        foreach (var (id, content) in Sections)
        {
            bytes.Add(id);
            Leb128.WriteUnsigned(bytes, (ulong)content.Length);
            bytes.AddRange(content);
        }

        return [.. bytes];
    }
}
