namespace WasmLab.Wasm.Binary;

internal static class DataSection
{
    public static void Decode(ref WasmReader reader, ModuleDefinition module)
    {
        var count = reader.ReadCount("data segments", Limit.DataSegments, elementSize: 2);
        for (var i = 0; i < count; i++)
        {
            var at = reader.Position;
            var flags = reader.ReadU32();
            if (flags > 2)
            {
                throw reader.Malformed("malformed data segment kind", at);
            }

            var memory = flags == 2 ? reader.ReadU32() : 0;
            var start = flags == 1 ? default : ConstantExpressionDecoder.Read(ref reader);
            var length = reader.ReadU32();
            if (length > reader.Remaining)
            {
                throw reader.Malformed("unexpected end of section or function");
            }

            var mode = flags == 1 ? SegmentMode.Passive : SegmentMode.Active;
            module.Data.Add(new DataSegment(mode, memory, start, reader.Position, (int)length, at));
            reader.Skip((int)length);
        }
    }
}
