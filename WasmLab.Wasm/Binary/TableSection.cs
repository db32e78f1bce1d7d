namespace WasmLab.Wasm.Binary;

internal static class TableSection
{
    public static void Decode(ref WasmReader reader, ModuleDefinition module)
    {
        var count = reader.ReadCount("tables", Limit.Tables, elementSize: 3);
        for (var i = 0; i < count; i++)
        {
            module.Tables.Add(ReadType(ref reader));
        }
    }

    public static TableType ReadType(ref WasmReader reader)
    {
        var element = reader.ReadReferenceType();
        return new TableType(element, ReadLimits(ref reader));
    }

    public static Limits ReadLimits(ref WasmReader reader)
    {
        var at = reader.Position;
        var flags = reader.ReadByte();
        return flags switch
        {
            0 => new Limits(reader.ReadU32()),
            1 => new Limits(reader.ReadU32(), reader.ReadU32()),
            2 or 3 => throw reader.Malformed("integer too large: malformed limits flags: threads (shared memory) are not supported", at),
            4 or 5 => throw reader.Malformed("integer too large: malformed limits flags: memory64 is not supported yet", at),
            _ => throw (flags >= 0x80
                ? reader.Malformed("integer representation too long", at)
                : reader.Malformed("integer too large: malformed limits flags", at)),
        };
    }
}
