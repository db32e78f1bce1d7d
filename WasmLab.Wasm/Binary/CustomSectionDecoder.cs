namespace WasmLab.Wasm.Binary;

internal static class CustomSectionDecoder
{
    public static void Decode(ref WasmReader reader, ModuleDefinition module)
    {
        var name = reader.ReadName();
        module.CustomSections.Add(new CustomSection(name, reader.Position, reader.Remaining));
        reader.Skip(reader.Remaining);
    }
}
