namespace WasmLab.Wasm.Binary;

internal static class TypeSection
{
    public static void Decode(ref WasmReader reader, ModuleDefinition module)
    {
        var count = reader.ReadCount("types", Limit.Types, elementSize: 3);
        for (var i = 0; i < count; i++)
        {
            var at = reader.Position;
            var form = reader.ReadByte();
            if (form is 0x5E or 0x5F or 0x4E or 0x50 or 0x4F)
            {
                throw reader.Unsupported("garbage-collected types are not supported", at);
            }

            if (form != 0x60)
            {
                throw reader.Malformed("integer representation too long", at);
            }

            var parameters = ReadTypes(ref reader, "parameters", Limit.Parameters);
            var results = ReadTypes(ref reader, "results", Limit.Results);
            module.Types.Add(new FunctionType(parameters, results));
        }
    }

    private static ValueType[] ReadTypes(ref WasmReader reader, string what, int limit)
    {
        var types = new ValueType[reader.ReadCount(what, limit)];
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = reader.ReadValueType();
        }

        return types;
    }
}
