namespace WasmLab.Wasm.Binary;

internal static class CodeSection
{
    public static void Decode(ref WasmReader reader, ModuleDefinition module, int declaredFunctions)
    {
        var at = reader.Position;
        var count = reader.ReadCount("functions", Limit.Functions, elementSize: 3);
        if (count != declaredFunctions)
        {
            throw reader.Malformed("function and code section have inconsistent lengths", at);
        }

        module.Code.EnsureCapacity(count);
        for (var i = 0; i < count; i++)
        {
            ReadBody(ref reader, module);
        }
    }

    private static void ReadBody(ref WasmReader reader, ModuleDefinition module)
    {
        var at = reader.Position;
        var size = reader.ReadU32();
        if (size > reader.Remaining)
        {
            throw reader.Malformed("length out of bounds", at);
        }

        if (size > Limit.FunctionSize)
        {
            throw reader.TooLarge($"function body has {size} bytes, the limit is {Limit.FunctionSize}", at);
        }

        var body = module.Reader(reader.Position, reader.Position + (int)size, reader.Section);
        var runs = new LocalRun[body.ReadCount("runs of locals", Limit.Locals, elementSize: 2)];
        ulong total = 0;
        for (var i = 0; i < runs.Length; i++)
        {
            var runAt = body.Position;
            var count = body.ReadU32();
            total += count;
            if (total > uint.MaxValue)
            {
                throw body.Malformed("too many locals", runAt);
            }

            runs[i] = new LocalRun((int)Math.Min(count, int.MaxValue), body.ReadValueType());
        }

        if (total > Limit.Locals)
        {
            throw body.TooLarge($"too many locals: {total}, the limit is {Limit.Locals}", at);
        }

        module.Code.Add(new CodeBody(at, body.Position, body.End, runs, (int)total));
        reader.Skip((int)size);
    }
}
