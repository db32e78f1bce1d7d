namespace WasmLab.Fuzz.Mutation;

/// <summary>Makes a case from a corpus: the same seed and index always give the same bytes.</summary>
internal static class Mutator
{
    // Real programs are a thousand times larger than the suite's modules: too many of them would only make the run slow.
    private const int LargeModule = 20_000;
    private const int SmallPerLarge = 40;

    public static byte[] Mutate(IReadOnlyList<byte[]> corpus, long seed, long index)
    {
        var random = RandomOf(seed, index);
        var module = Pick(corpus, random);
        var sections = ModuleSections.Read(module);
        var other = ModuleSections.Read(Pick(corpus, random));
        var isStructured = random.Next(16) != 0;
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            if (!isStructured)
            {
                module = ByteMutations.Apply(module, random);
                continue;
            }

            switch (random.Next(24))
            {
                case 0:
                    SectionMutations.Apply(sections, other, random);
                    break;
                case 1:
                    ChangeContent(sections, random, ByteMutations.Apply);
                    break;
                case <= 4:
                    ChangeContent(sections, random, NumberMutations.Apply);
                    break;
                default:
                    InstructionMutations.Apply(sections, other, random);
                    break;
            }
        }

        return isStructured ? sections.Write() : module;
    }

    /// <summary>What decides a case.</summary>
    public static Random RandomOf(long seed, long index) => new(Mix(seed, index));

    private static byte[] Pick(IReadOnlyList<byte[]> corpus, Random random)
    {
        var picked = corpus[random.Next(corpus.Count)];
        for (var tries = 0; tries < SmallPerLarge && picked.Length > LargeModule; tries++)
        {
            picked = corpus[random.Next(corpus.Count)];
        }

        return picked;
    }

    private static void ChangeContent(ModuleSections module, Random random, Func<byte[], Random, byte[]> change)
    {
        if (module.Sections.Count > 0)
        {
            var at = random.Next(module.Sections.Count);
            module.Sections[at] = (module.Sections[at].Id, change(module.Sections[at].Content, random));
        }
    }

    private static int Mix(long seed, long index)
    {
        var mixed = (ulong)seed * 0x9E37_79B9_7F4A_7C15 + (ulong)index;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58_476D_1CE4_E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D0_49BB_1331_11EB;
        return (int)(mixed ^ (mixed >> 31));
    }
}
