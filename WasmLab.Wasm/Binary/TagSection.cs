namespace WasmLab.Wasm.Binary;

internal static class TagSection
{
    public static void Decode(ref WasmReader reader, ModuleDefinition module)
    {
        var count = reader.ReadCount("tags", Limit.Tags, elementSize: 2);
        for (var i = 0; i < count; i++)
        {
            module.Tags.Add(ReadType(ref reader));
        }
    }

    /// <summary>The index of the function type whose parameters are the values that an exception carries.</summary>
    public static int ReadType(ref WasmReader reader)
    {
        var at = reader.Position;
        reader.Require(WasmFeatures.Exceptions, "malformed tag", at);
        return reader.ReadByte() == 0
            ? (int)Math.Min(reader.ReadU32(), int.MaxValue)
            : throw reader.Malformed("malformed tag attribute", at);
    }
}
