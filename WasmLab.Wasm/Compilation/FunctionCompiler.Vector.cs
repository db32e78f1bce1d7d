using System.Runtime.Intrinsics;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Validation;

namespace WasmLab.Wasm.Compilation;

/// <summary>The vector instructions that have immediates or three operands. The others are operations like any.</summary>
internal sealed partial class FunctionCompiler
{
    private void CompileVector(in Instruction instruction)
    {
        var opcode = instruction.Opcode;
        if (VectorInstructionTable.LaneAccess(opcode) is { } access)
        {
            CompileLaneAccess(in instruction, access);
        }
        else if (opcode == Opcode.V128Const)
        {
            Push(Operand.Constant(instruction.Vector));
        }
        else if (opcode == Opcode.I8x16Shuffle)
        {
            var (right, left) = (CheckWhole(Pop()), CheckWhole(Pop()));
            CompileShuffle(left, right, instruction.Vector);
        }
        else if (VectorInstructionTable.ReplacesLane(opcode))
        {
            var (value, vector) = (CheckWhole(Pop()), Pop());
            EmitOperand(vector);
            EmitInteger(instruction.Lane);
            EmitOperand(value);
            VectorEmitter.Emit(_il, opcode);
            PushResult(ValueType.V128);
        }
        else
        {
            var (type, _) = VectorInstructionTable.Lanes(opcode);
            Push(Operand.Operation(opcode, type, CheckWhole(Pop()), Operand.Constant(ValueType.I32, instruction.Lane)));
        }
    }

    private void CompileTernary(Opcode opcode)
    {
        var (third, second, first) = (Pop(), Pop(), Pop());

        // .NET has the mask of a selection first.
        var isSelection = opcode is Opcode.V128Bitselect or (>= Opcode.I8x16RelaxedLaneselect and <= Opcode.I64x2RelaxedLaneselect);
        if (isSelection)
        {
            EmitOperand(third);
        }

        EmitOperand(first);
        EmitOperand(second);
        if (!isSelection)
        {
            EmitOperand(third);
        }

        VectorEmitter.Emit(_il, opcode);
        PushResult(ValueType.V128);
    }

    private void CompileLaneAccess(in Instruction instruction, MemoryAccess access)
    {
        var vector = CheckWhole(Pop());
        var memory = (int)instruction.Second;
        var address = EmitBoundsCheck(memory, Pop(), instruction.Value, access.Size);
        if (access.IsStore)
        {
            SettleReadersOfMemory();
            EmitAddress(memory, address, instruction.Value, keep: false);
            EmitOperand(vector);
            EmitInteger(instruction.Lane);
            VectorEmitter.Emit(_il, access.Size switch
            {
                1 => Opcode.I8x16ExtractLaneU,
                2 => Opcode.I16x8ExtractLaneU,
                4 => Opcode.I32x4ExtractLane,
                _ => Opcode.I64x2ExtractLane,
            });
            EmitStoreInstruction(access.Size switch
            {
                1 => Opcode.I32Store8,
                2 => Opcode.I32Store16,
                4 => Opcode.I32Store,
                _ => Opcode.I64Store,
            });
            return;
        }

        EmitOperand(vector);
        EmitInteger(instruction.Lane);
        EmitAddress(memory, address, instruction.Value, keep: false);
        var (load, replace) = access.Size switch
        {
            1 => (Opcode.I32Load8U, Opcode.I8x16ReplaceLane),
            2 => (Opcode.I32Load16U, Opcode.I16x8ReplaceLane),
            4 => (Opcode.I32Load, Opcode.I32x4ReplaceLane),
            _ => (Opcode.I64Load, Opcode.I64x2ReplaceLane),
        };
        EmitLoadInstruction(load);
        VectorEmitter.Emit(_il, replace);
        PushResult(ValueType.V128);
    }

    private void CompileShuffle(Operand left, Operand right, Vector128<byte> lanes)
    {
        (left, right) = (Simplify(left), Simplify(right));
        ShuffleEmitter.Emit(_il, lanes, () => EmitOperand(left, keep: true), () => EmitOperand(right, keep: true));
        Discard(left);
        Discard(right);
        PushResult(ValueType.V128);
    }
}
