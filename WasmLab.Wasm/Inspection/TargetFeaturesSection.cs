using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Inspection;

/// <summary>The tool conventions' custom section <c>target_features</c>: a vector of <c>{prefix '+' or '-'; name}</c>.</summary>
internal static class TargetFeaturesSection
{
    private const string SectionName = "target_features";
    private const byte Used = (byte)'+';

    public static IReadOnlyList<string> Read(ModuleDefinition module)
    {
        if (module.CustomSections.FirstOrDefault(section => section.Name == SectionName) is not { } found)
        {
            return [];
        }

        try
        {
            var reader = module.Reader(found.Start, found.Start + found.Length, SectionName);
            var features = new SortedSet<string>(StringComparer.Ordinal);
            for (var count = reader.ReadU32(); count > 0; count--)
            {
                var prefix = reader.ReadByte();
                var name = reader.ReadName();
                if (prefix == Used)
                {
                    features.Add(name);
                }
            }

            return [.. features];
        }
        catch (ModuleException)
        {
            // A custom section means nothing to the module: one of another form is as good as none.
            return [];
        }
    }
}
