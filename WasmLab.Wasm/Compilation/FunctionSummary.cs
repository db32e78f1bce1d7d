using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Compilation;

/// <summary>What the prologue of a function must provide, found by one look at its instructions.</summary>
internal readonly record struct FunctionSummary(bool UsesMemory, bool HasCalls, int ExtraResults)
{
    public static FunctionSummary Of(ModuleDefinition module, CodeBody body)
    {
        var reader = new WasmReader(module.Bytes.Span, body.Start, body.End, "code");
        var (usesMemory, hasCalls, extraResults) = (false, false, 0);
        while (!reader.AtEnd)
        {
            InstructionDecoder.Read(ref reader, out var instruction);
            switch (instruction.Opcode)
            {
                case >= Opcode.I32Load and <= Opcode.MemoryGrow:
                    usesMemory = true;
                    break;
                case Opcode.Call:
                    hasCalls = true;
                    extraResults = Math.Max(extraResults, module.FunctionType(instruction.First).Results.Count - 1);
                    break;
                case Opcode.CallIndirect:
                    hasCalls = true;
                    extraResults = Math.Max(extraResults, module.Types[(int)instruction.First].Results.Count - 1);
                    break;
            }
        }

        return new FunctionSummary(usesMemory, hasCalls, extraResults);
    }
}
