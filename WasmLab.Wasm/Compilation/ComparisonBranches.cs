using System.Reflection.Emit;
using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Compilation;

/// <summary>The IL branches that a comparison and a following branch become together.</summary>
internal static class ComparisonBranches
{
    /// <summary>The branch taken when the comparison holds, and the one taken when it does not; null for what is no comparison.</summary>
    public static (OpCode WhenTrue, OpCode WhenFalse)? Of(Opcode opcode) => opcode switch
    {
        Opcode.I32Eq or Opcode.I64Eq or Opcode.F32Eq or Opcode.F64Eq => (OpCodes.Beq, OpCodes.Bne_Un),
        Opcode.I32Ne or Opcode.I64Ne or Opcode.F32Ne or Opcode.F64Ne => (OpCodes.Bne_Un, OpCodes.Beq),
        Opcode.I32LtS or Opcode.I64LtS => (OpCodes.Blt, OpCodes.Bge),
        Opcode.I32LtU or Opcode.I64LtU => (OpCodes.Blt_Un, OpCodes.Bge_Un),
        Opcode.I32GtS or Opcode.I64GtS => (OpCodes.Bgt, OpCodes.Ble),
        Opcode.I32GtU or Opcode.I64GtU => (OpCodes.Bgt_Un, OpCodes.Ble_Un),
        Opcode.I32LeS or Opcode.I64LeS => (OpCodes.Ble, OpCodes.Bgt),
        Opcode.I32LeU or Opcode.I64LeU => (OpCodes.Ble_Un, OpCodes.Bgt_Un),
        Opcode.I32GeS or Opcode.I64GeS => (OpCodes.Bge, OpCodes.Blt),
        Opcode.I32GeU or Opcode.I64GeU => (OpCodes.Bge_Un, OpCodes.Blt_Un),

        // Of floats, the branch that is not taken must also be the one for NaN: "un" is unordered here.
        Opcode.F32Lt or Opcode.F64Lt => (OpCodes.Blt, OpCodes.Bge_Un),
        Opcode.F32Gt or Opcode.F64Gt => (OpCodes.Bgt, OpCodes.Ble_Un),
        Opcode.F32Le or Opcode.F64Le => (OpCodes.Ble, OpCodes.Bgt_Un),
        Opcode.F32Ge or Opcode.F64Ge => (OpCodes.Bge, OpCodes.Blt_Un),
        _ => null,
    };
}
