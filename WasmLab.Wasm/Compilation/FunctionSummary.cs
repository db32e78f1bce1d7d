using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Compilation;

/// <summary>What the prologue of a function must provide, found by one look at its instructions.</summary>
internal readonly record struct FunctionSummary(bool UsesMemory, bool HasCalls, bool HasTailCalls)
{
    public static FunctionSummary Of(ModuleDefinition module, CodeBody body)
    {
        var reader = module.Reader(body.Start, body.End, "code");
        var (usesMemory, hasCalls, hasTailCalls) = (false, false, false);
        while (!reader.AtEnd)
        {
            InstructionDecoder.Read(ref reader, out var instruction);
            switch (instruction.Opcode)
            {
                case >= Opcode.I32Load and <= Opcode.MemoryGrow:
                case >= Opcode.V128Load and <= Opcode.V128Store or >= Opcode.V128Load8Lane and <= Opcode.V128Load64Zero:
                    usesMemory = true;
                    break;
                case Opcode.Call or Opcode.CallIndirect:
                    hasCalls = true;
                    break;
                case Opcode.ReturnCall or Opcode.ReturnCallIndirect:
                    (hasCalls, hasTailCalls) = (true, true);
                    break;
            }
        }

        return new FunctionSummary(usesMemory, hasCalls, hasTailCalls);
    }
}
