namespace WasmLab.Wasm.Binary;

internal static class GlobalSection
{
    public static void Decode(ref WasmReader reader, ModuleDefinition module)
    {
        var count = reader.ReadCount("globals", Limit.Globals, elementSize: 3);
        module.GlobalInitializers = new ConstantExpression[count];
        for (var i = 0; i < count; i++)
        {
            module.Globals.Add(ReadType(ref reader));
            module.GlobalInitializers[i] = ConstantExpressionDecoder.Read(ref reader);
        }
    }

    public static GlobalType ReadType(ref WasmReader reader)
    {
        var type = reader.ReadValueType();
        var at = reader.Position;
        return reader.ReadByte() switch
        {
            0 => new GlobalType(type, false),
            1 => new GlobalType(type, true),
            _ => throw reader.Malformed("malformed mutability", at),
        };
    }
}
