namespace WasmLab.Wasm.Binary;

/// <summary>Decodes a module: the preamble and the order of the sections. Each section has its own decoder.</summary>
internal static class ModuleDecoder
{
    // Large enough for every real module, small enough that an offset fits an int.
    private const int MaxModuleSize = 1024 * 1024 * 1024;

    private const byte TagSectionId = 13;

    /// <summary>The place of each section in the order; tags come before globals, the data count before the code.</summary>
    private static readonly byte[] Order = [0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 13, 11, 6];

    private static readonly string[] Names =
        ["custom", "type", "import", "function", "table", "memory", "global", "export", "start", "element", "code", "data", "data count", "tag"];

    public static ModuleDefinition Decode(ReadOnlyMemory<byte> bytes, WasmFeatures features)
    {
        var module = new ModuleDefinition(bytes, features);
        var span = bytes.Span;
        var reader = module.Reader(0, span.Length, null);
        if (span.Length > MaxModuleSize)
        {
            throw reader.TooLarge($"module is larger than {MaxModuleSize} bytes");
        }

        ReadPreamble(ref reader, span);
        var declaredFunctions = 0;
        var last = 0;
        while (!reader.AtEnd)
        {
            var at = reader.Position;
            var id = reader.ReadByte();
            if (id >= Names.Length)
            {
                throw reader.Malformed($"malformed section id {id}", at);
            }

            if (id == TagSectionId)
            {
                reader.Require(WasmFeatures.Exceptions, "malformed section id 13", at);
            }

            var size = reader.ReadU32();
            if (size > reader.Remaining)
            {
                throw reader.Malformed("length out of bounds", at);
            }

            if (id != 0)
            {
                if (Order[id] <= last)
                {
                    throw reader.Malformed($"unexpected content after last section: {Names[id]} section out of order", at);
                }

                last = Order[id];
            }

            var section = module.Reader(reader.Position, reader.Position + (int)size, Names[id]);
            DecodeSection(id, ref section, module, ref declaredFunctions);
            if (!section.AtEnd)
            {
                throw section.Malformed("section size mismatch");
            }

            reader.Skip((int)size);
        }

        if (module.Code.Count != declaredFunctions)
        {
            throw reader.Malformed("function and code section have inconsistent lengths");
        }

        if (module.DataCount is { } count && count != module.Data.Count)
        {
            throw reader.Malformed("data count and data section have inconsistent lengths");
        }

        return module;
    }

    private static void ReadPreamble(ref WasmReader reader, ReadOnlySpan<byte> span)
    {
        if (span.Length < 4)
        {
            throw reader.Malformed("unexpected end");
        }

        if (!span[..4].SequenceEqual("\0asm"u8))
        {
            throw reader.Malformed("magic header not detected");
        }

        reader.Skip(4);
        if (span.Length < 8)
        {
            throw reader.Malformed("unexpected end");
        }

        var version = reader.ReadFixed32();
        if (version == 0x0001_000D)
        {
            throw reader.Unsupported("unknown binary version: this is a component, not a core module; components are not supported", 4);
        }

        if (version != 1)
        {
            throw reader.Malformed("unknown binary version", 4);
        }
    }

    private static void DecodeSection(byte id, ref WasmReader section, ModuleDefinition module, ref int declaredFunctions)
    {
        switch (id)
        {
            case 0:
                CustomSectionDecoder.Decode(ref section, module);
                break;
            case 1:
                TypeSection.Decode(ref section, module);
                break;
            case 2:
                ImportSection.Decode(ref section, module);
                break;
            case 3:
                FunctionSection.Decode(ref section, module);
                declaredFunctions = module.Functions.Count - module.ImportedFunctions;
                break;
            case 4:
                TableSection.Decode(ref section, module);
                break;
            case 5:
                MemorySection.Decode(ref section, module);
                break;
            case 6:
                GlobalSection.Decode(ref section, module);
                break;
            case 7:
                ExportSection.Decode(ref section, module);
                break;
            case 8:
                module.Start = section.ReadU32();
                break;
            case 9:
                ElementSectionDecoder.Decode(ref section, module);
                break;
            case 10:
                CodeSection.Decode(ref section, module, declaredFunctions);
                break;
            case 11:
                DataSection.Decode(ref section, module);
                break;
            case TagSectionId:
                TagSection.Decode(ref section, module);
                break;
            case 12:
                module.DataCount = (int)Math.Min(section.ReadU32(), int.MaxValue);
                break;
        }
    }
}
