using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// What the prologue of a function must provide, found by one look at its instructions; of results beyond the first that its calls give
/// back, the most bytes.
/// </summary>
internal readonly record struct FunctionSummary(bool UsesMemory, bool HasCalls, int ExtraResults)
{
    public static FunctionSummary Of(ModuleDefinition module, CodeBody body)
    {
        var reader = module.Reader(body.Start, body.End, "code");
        var (usesMemory, hasCalls, extraResults) = (false, false, 0);
        while (!reader.AtEnd)
        {
            InstructionDecoder.Read(ref reader, out var instruction);
            switch (instruction.Opcode)
            {
                case >= Opcode.I32Load and <= Opcode.MemoryGrow:
                case >= Opcode.V128Load and <= Opcode.V128Store or >= Opcode.V128Load8Lane and <= Opcode.V128Load64Zero:
                    usesMemory = true;
                    break;
                case Opcode.Call:
                    hasCalls = true;
                    extraResults = Math.Max(extraResults, SlotLayout.ExtraSize(module.FunctionType(instruction.First).Results));
                    break;
                case Opcode.CallIndirect:
                    hasCalls = true;
                    extraResults = Math.Max(extraResults, SlotLayout.ExtraSize(module.Types[(int)instruction.First].Results));
                    break;
            }
        }

        return new FunctionSummary(usesMemory, hasCalls, extraResults);
    }
}
