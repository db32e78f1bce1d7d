namespace WasmLab.Fuzz.Mutation;

/// <summary>Moves whole sections about, also between two modules.</summary>
internal static class SectionMutations
{
    public static void Apply(ModuleSections module, ModuleSections other, Random random)
    {
        var sections = module.Sections;
        if (sections.Count == 0)
        {
            return;
        }

        var at = random.Next(sections.Count);
        switch (random.Next(5))
        {
            case 0:
                sections.RemoveAt(at);
                break;
            case 1:
                sections.Insert(at, sections[at]);
                break;
            case 2:
                var second = random.Next(sections.Count);
                (sections[at], sections[second]) = (sections[second], sections[at]);
                break;
            case 3 when other.Sections.Count > 0:
                // The same kind of section of another module, so that the order stays right.
                var donor = other.Sections[random.Next(other.Sections.Count)];
                var same = sections.FindIndex(section => section.Id == donor.Id);
                if (same >= 0)
                {
                    sections[same] = donor;
                }
                else
                {
                    sections.Insert(at, donor);
                }

                break;
            default:
                sections[at] = ((byte)random.Next(15), sections[at].Content);
                break;
        }
    }
}
