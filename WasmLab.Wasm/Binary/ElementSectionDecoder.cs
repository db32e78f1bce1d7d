namespace WasmLab.Wasm.Binary;

internal static class ElementSectionDecoder
{
    private const uint NotActive = 1;
    private const uint TableOrDeclarative = 2;
    private const uint HasExpressions = 4;

    public static void Decode(ref WasmReader reader, ModuleDefinition module)
    {
        var count = reader.ReadCount("element segments", Limit.ElementSegments, elementSize: 2);
        for (var i = 0; i < count; i++)
        {
            module.Elements.Add(ReadSegment(ref reader));
        }
    }

    private static ElementSegment ReadSegment(ref WasmReader reader)
    {
        var at = reader.Position;
        var flags = reader.ReadU32();
        if (flags > 7)
        {
            throw reader.Malformed("malformed elements segment kind", at);
        }

        var mode = (flags & NotActive) == 0 ? SegmentMode.Active
            : (flags & TableOrDeclarative) == 0 ? SegmentMode.Passive
            : SegmentMode.Declarative;
        uint table = 0;
        ConstantExpression start = default;
        if (mode == SegmentMode.Active)
        {
            table = (flags & TableOrDeclarative) != 0 ? reader.ReadU32() : 0;
            start = ConstantExpressionDecoder.Read(ref reader);
        }

        var hasExpressions = (flags & HasExpressions) != 0;
        var type = (flags & (NotActive | TableOrDeclarative)) == 0 ? ValueType.FuncRef
            : hasExpressions ? reader.ReadReferenceType()
            : ReadElementKind(ref reader);
        var count = reader.ReadCount("elements of a segment", Limit.ElementItems, hasExpressions ? 2 : 1);
        return hasExpressions
            ? new ElementSegment(mode, table, start, type, null, ReadExpressions(ref reader, count), at)
            : new ElementSegment(mode, table, start, type, ReadFunctions(ref reader, count), null, at);
    }

    private static ValueType ReadElementKind(ref WasmReader reader)
    {
        var at = reader.Position;
        return reader.ReadByte() == 0 ? ValueType.FuncRef : throw reader.Malformed("malformed element kind", at);
    }

    private static uint[] ReadFunctions(ref WasmReader reader, int count)
    {
        var functions = new uint[count];
        for (var i = 0; i < count; i++)
        {
            functions[i] = reader.ReadU32();
        }

        return functions;
    }

    private static ConstantExpression[] ReadExpressions(ref WasmReader reader, int count)
    {
        var expressions = new ConstantExpression[count];
        for (var i = 0; i < count; i++)
        {
            expressions[i] = ConstantExpressionDecoder.Read(ref reader);
        }

        return expressions;
    }
}
