namespace WasmLab.Wasm.Binary;

/// <summary>
/// Reads function names from the custom section "name". It is a tool's convenience and never an error: reading ends where the section
/// stops making sense.
/// </summary>
internal static class NameSection
{
    private const byte FunctionNamesId = 1;

    public static Dictionary<int, string> FunctionNames(ModuleDefinition module)
    {
        var names = new Dictionary<int, string>();
        foreach (var export in module.Exports)
        {
            if (export.Kind == ExternKind.Function)
            {
                names[(int)export.Index] = export.Name;
            }
        }

        if (module.CustomSections.Find(section => section.Name == "name") is not { } section)
        {
            return names;
        }

        try
        {
            var reader = module.Reader(section.Start, section.Start + section.Length, "name");
            while (!reader.AtEnd)
            {
                var id = reader.ReadByte();
                var size = (int)Math.Min(reader.ReadU32(), int.MaxValue);
                var part = module.Reader(reader.Position, reader.Position + Math.Min(size, reader.Remaining), "name");
                reader.Skip(size);
                if (id == FunctionNamesId)
                {
                    ReadNames(ref part, names);
                }
            }
        }
        catch (ModuleException)
        {
            // What was read before is good.
        }

        return names;
    }

    private static void ReadNames(ref WasmReader reader, Dictionary<int, string> names)
    {
        var count = reader.ReadCount("function names", Limit.Functions, elementSize: 2);
        for (var i = 0; i < count; i++)
        {
            var index = reader.ReadU32();
            names[(int)index] = reader.ReadName();
        }
    }
}
