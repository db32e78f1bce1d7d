namespace WasmLab.Wasm.Binary;

internal static class MemorySection
{
    public static void Decode(ref WasmReader reader, ModuleDefinition module)
    {
        var count = reader.ReadCount("memories", Limit.Memories, elementSize: 2);
        for (var i = 0; i < count; i++)
        {
            module.Memories.Add(ReadType(ref reader));
        }
    }

    public static MemoryType ReadType(ref WasmReader reader)
    {
        var (limits, addressType) = TableSection.ReadLimits(ref reader);
        return new MemoryType(limits, addressType);
    }
}
