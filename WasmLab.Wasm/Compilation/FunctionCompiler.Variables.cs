using System.Reflection.Emit;
using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Compilation;

/// <summary>The instructions that move values: locals, globals, constants, references and selections.</summary>
internal sealed partial class FunctionCompiler
{
    private void CompileVariable(in Instruction instruction)
    {
        var index = (int)instruction.First;
        var local = _firstLocal + index;
        switch (instruction.Opcode)
        {
            case Opcode.Drop:
                EmitDrop(Pop());
                break;
            case Opcode.Select or Opcode.SelectTyped:
                CompileSelect();
                break;
            case Opcode.LocalGet:
                Push(Operand.Local(local, _locals[local].Type));
                break;
            case Opcode.LocalSet:
                CompileLocalSet(local);
                break;
            case Opcode.LocalTee:
                CompileLocalSet(local);
                Push(Operand.Local(local, _locals[local].Type));
                break;
            case Opcode.GlobalGet:
                Push(Operand.Global(index, _definition.Globals[index].Value));
                break;
            case Opcode.GlobalSet:
                var value = Pop();
                SettleReadersOfGlobals();
                EmitGlobalAddress(index);
                EmitOperand(value);
                EmitStoreValue(value.Type);
                break;
            case Opcode.I32Const:
                Push(Operand.Constant(ValueType.I32, instruction.Value));
                break;
            case Opcode.I64Const:
                Push(Operand.Constant(ValueType.I64, instruction.Value));
                break;
            case Opcode.F32Const:
                Push(Operand.Constant(ValueType.F32, instruction.Value));
                break;
            case Opcode.F64Const:
                Push(Operand.Constant(ValueType.F64, instruction.Value));
                break;
            case Opcode.RefNull:
                Push(Operand.Constant((ValueType)instruction.First, 0));
                break;
            case Opcode.RefIsNull:
                Push(Operand.Operation(Opcode.RefIsNull, ValueType.I32, Pop()));
                break;
            case Opcode.RefFunc:
                Push(Operand.FunctionReference(index));
                break;
            case Opcode.TableGet or Opcode.TableSet:
                CompileBulk(in instruction);
                break;
            default:
                throw new InvalidOperationException($"no IL is known for {instruction.Opcode}");
        }
    }

    private void CompileLocalSet(int index)
    {
        var value = Pop();
        SettleReadersOfLocal(index);
        EmitOperand(value);
        _slots.EmitStore(_locals[index]);
    }

    private void CompileSelect()
    {
        var condition = Pop();
        var (second, first) = (Pop(), Pop());
        second = second.MayTrap ? Compute(second) : second;
        var slot = _slots.Take(first.Type);
        var done = _il.DefineLabel();
        EmitOperand(first);
        _slots.EmitStore(slot);
        EmitBranchIf(condition, done, whenTrue: true);
        EmitOperand(second);
        _slots.EmitStore(slot);
        _il.MarkLabel(done);
        Push(Operand.Temporary(slot, owned: true));
    }

    private void EmitStoreValue(ValueType type)
    {
        if (type is ValueType.V128 or ValueType.ExnRef)
        {
            Stubs.EmitStoreSlot(_il, type);
            return;
        }

        _il.Emit(type switch
        {
            ValueType.I32 => OpCodes.Stind_I4,
            ValueType.I64 => OpCodes.Stind_I8,
            ValueType.F32 => OpCodes.Stind_R4,
            ValueType.F64 => OpCodes.Stind_R8,
            _ => OpCodes.Stind_I,
        });
    }

    private void EmitGlobalAddress(int index)
    {
        var offset = _module.Layout.Global(index);
        if (_module.Layout.IsIndirect(index))
        {
            EmitLoadContext(offset);
        }
        else
        {
            EmitContextAddress(offset);
        }
    }
}
