namespace WasmLab.Wasm.Binary;

/// <summary>Finds the end of a constant expression. Which instructions may stand in it is the validator's concern.</summary>
internal static class ConstantExpressionDecoder
{
    public static ConstantExpression Read(ref WasmReader reader)
    {
        var start = reader.Position;
        for (var depth = 1; depth > 0;)
        {
            InstructionDecoder.Read(ref reader, out var instruction);
            depth += InstructionDecoder.OpensBlock(instruction.Opcode) ? 1 : instruction.Opcode == Opcode.End ? -1 : 0;
        }

        return new ConstantExpression(start, reader.Position);
    }
}
