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
        var (limits, addressType) = ReadLimits(ref reader);
        return new TableType(element, limits, addressType);
    }

    public static (Limits Limits, ValueType AddressType) ReadLimits(ref WasmReader reader)
    {
        var at = reader.Position;
        var flags = reader.ReadByte();
        return flags switch
        {
            0 => (new Limits(reader.ReadU32()), ValueType.I32),
            1 => (new Limits(reader.ReadU32(), reader.ReadU32()), ValueType.I32),
            4 or 5 => (ReadLongLimits(ref reader, flags == 5, at), ValueType.I64),
            2 or 3 => throw reader.Malformed("integer too large: malformed limits flags: threads (shared memory) are not supported", at),
            _ => throw (flags >= 0x80
                ? reader.Malformed("integer representation too long", at)
                : reader.Malformed("integer too large: malformed limits flags", at)),
        };
    }

    private static Limits ReadLongLimits(ref WasmReader reader, bool hasMaximum, int at)
    {
        reader.Require(WasmFeatures.Memory64, "malformed limits flags", at);
        var minimum = reader.ReadU64();
        return new Limits(minimum, hasMaximum ? reader.ReadU64() : null);
    }
}
