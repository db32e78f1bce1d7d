namespace WasmLab.Wasm.Binary;

internal static class FunctionSection
{
    public static void Decode(ref WasmReader reader, ModuleDefinition module)
    {
        var count = reader.ReadCount("functions", Limit.Functions);
        module.Functions.EnsureCapacity(module.Functions.Count + count);
        for (var i = 0; i < count; i++)
        {
            module.Functions.Add((int)Math.Min(reader.ReadU32(), int.MaxValue));
        }
    }
}
