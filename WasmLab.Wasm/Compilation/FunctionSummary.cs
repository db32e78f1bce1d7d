using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Compilation;

/// <summary>What the prologue of a function must provide, found by one look at its instructions.</summary>
/// <param name="UsesMemory">Whether it needs the first memory's base and length.</param>
/// <param name="HasCalls">Whether it calls anything.</param>
/// <param name="HasTailCalls">Whether it makes tail calls.</param>
/// <param name="MayRotate">Whether it rotates, or shifts both ways, which may come to the same.</param>
internal readonly record struct FunctionSummary(bool UsesMemory, bool HasCalls, bool HasTailCalls, bool MayRotate)
{
    /// <summary>Looks at a function, and at the callees whose code it gets.</summary>
    public static FunctionSummary Of(ModuleDefinition module, CodeBody body, Inlining inlining)
    {
        var reader = module.Reader(body.Start, body.End, "code");
        var (usesMemory, hasCalls, hasTailCalls) = (false, false, false);
        var (rotates, shiftsLeft, shiftsRight) = (false, false, false);
        while (!reader.AtEnd)
        {
            InstructionDecoder.Read(ref reader, out var instruction);
            switch (instruction.Opcode)
            {
                case Opcode.MemorySize or Opcode.MemoryGrow:
                    usesMemory |= instruction.First == 0;
                    break;
                case >= Opcode.I32Load and <= Opcode.I64Store32:
                case >= Opcode.V128Load and <= Opcode.V128Store or >= Opcode.V128Load8Lane and <= Opcode.V128Load64Zero:
                    usesMemory |= instruction.Second == 0;
                    break;
                case Opcode.Call when inlining.Includes(instruction.Offset):
                    var callee = Of(module, module.BodyOf((int)instruction.First)!, Inlining.None);
                    usesMemory |= callee.UsesMemory;
                    hasCalls |= callee.HasCalls;
                    rotates |= callee.MayRotate;
                    break;
                case Opcode.Call or Opcode.CallIndirect:
                    hasCalls = true;
                    break;
                case Opcode.ReturnCall or Opcode.ReturnCallIndirect:
                    (hasCalls, hasTailCalls) = (true, true);
                    break;
                case >= Opcode.I32Rotl and <= Opcode.I32Rotr or >= Opcode.I64Rotl and <= Opcode.I64Rotr:
                    rotates = true;
                    break;
                case Opcode.I32Shl or Opcode.I64Shl:
                    shiftsLeft = true;
                    break;
                case Opcode.I32ShrU or Opcode.I64ShrU:
                    shiftsRight = true;
                    break;
            }
        }

        return new FunctionSummary(usesMemory, hasCalls, hasTailCalls, rotates || (shiftsLeft && shiftsRight));
    }
}
