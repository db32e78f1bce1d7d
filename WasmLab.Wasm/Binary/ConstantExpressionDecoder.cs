namespace WasmLab.Wasm.Binary;

/// <summary>Reads the instructions of a constant expression up to its end. Which ones may stand there is the validator's concern.</summary>
internal static class ConstantExpressionDecoder
{
    public static ConstantExpression Read(ref WasmReader reader)
    {
        var offset = reader.Position;
        Instruction first = default;
        var depth = 0;
        for (var count = 0; ; count++)
        {
            InstructionDecoder.Read(ref reader, out var instruction);
            if (instruction.Opcode == Opcode.End && depth-- == 0)
            {
                return new ConstantExpression(first.Opcode, first.First, first.Value, count, offset);
            }

            if (instruction.Opcode is Opcode.Block or Opcode.Loop or Opcode.If)
            {
                depth++;
            }

            if (count == 0)
            {
                first = instruction;
            }
        }
    }
}
