namespace WasmLab.Wasm.Binary;

internal static class ExportSection
{
    public static void Decode(ref WasmReader reader, ModuleDefinition module)
    {
        var count = reader.ReadCount("exports", Limit.Exports, elementSize: 3);
        for (var i = 0; i < count; i++)
        {
            var at = reader.Position;
            var name = reader.ReadName();
            var kindAt = reader.Position;
            var kind = reader.ReadByte();
            if (kind == (byte)ExternKind.Tag)
            {
                reader.Require(WasmFeatures.Exceptions, "malformed export kind", kindAt);
            }
            else if (kind > (byte)ExternKind.Tag)
            {
                throw reader.Malformed("malformed export kind", kindAt);
            }

            module.Exports.Add(new ExportDefinition(name, (ExternKind)kind, reader.ReadU32(), at));
        }
    }
}
