namespace WasmLab.Wasm.Binary;

internal static class ImportSection
{
    public static void Decode(ref WasmReader reader, ModuleDefinition module)
    {
        var count = reader.ReadCount("imports", Limit.Imports, elementSize: 4);
        for (var i = 0; i < count; i++)
        {
            var at = reader.Position;
            var from = reader.ReadName();
            var name = reader.ReadName();
            var kindAt = reader.Position;
            var kind = reader.ReadByte();
            uint typeIndex = 0;
            ExternType? type = null;
            switch (kind)
            {
                case 0:
                    typeIndex = Math.Min(reader.ReadU32(), int.MaxValue);
                    module.Functions.Add((int)typeIndex);
                    module.ImportedFunctions++;
                    break;
                case 1:
                    var table = TableSection.ReadType(ref reader);
                    module.Tables.Add(table);
                    module.ImportedTables++;
                    type = table;
                    break;
                case 2:
                    var memory = MemorySection.ReadType(ref reader);
                    module.Memories.Add(memory);
                    module.ImportedMemories++;
                    type = memory;
                    break;
                case 3:
                    var global = GlobalSection.ReadType(ref reader);
                    module.Globals.Add(global);
                    module.ImportedGlobals++;
                    type = global;
                    break;
                case 4:
                    typeIndex = (uint)TagSection.ReadType(ref reader);
                    module.Tags.Add((int)typeIndex);
                    module.ImportedTags++;
                    break;
                default:
                    throw reader.Malformed($"malformed import kind {kind}", kindAt);
            }

            module.Imports.Add(new ImportDefinition(from, name, (ExternKind)kind, typeIndex, type, at));
        }
    }
}
