using System.Reflection;
using System.Reflection.Emit;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm.Compilation;

/// <summary>Calls. The callee's record holds the code and the context it wants as its first argument.</summary>
internal sealed partial class FunctionCompiler
{
    private void CompileCall(in Instruction instruction)
    {
        if (instruction.Opcode == Opcode.CallIndirect)
        {
            CompileCallIndirect(in instruction);
            return;
        }

        var function = (int)instruction.First;
        var type = _module.CanonicalTypes[_definition.Functions[function]];
        if (_outermostFrame == 0 && _inlining.Includes(instruction.Offset))
        {
            CompileInlined(function, type);
            return;
        }

        SettleForCall(type);
        if (function == _function && !_isGuarded)
        {
            _il.Emit(OpCodes.Ldarg_0);
            EmitArguments(type);
            _il.Emit(OpCodes.Call, _method);
        }
        else
        {
            var record = _module.Layout.Function(function);
            EmitLoadContext(record + FunctionRecord.ContextOffset);
            EmitArguments(type);
            EmitLoadContext(record + FunctionRecord.CodeOffset);
            EmitCalli(type);
        }

        FinishCall(type);
    }

    private void CompileCallIndirect(in Instruction instruction)
    {
        var (type, record) = EmitIndirectLookup(in instruction);
        EmitLoadField(record, FunctionRecord.ContextOffset);
        EmitArguments(type);
        EmitLoadField(record, FunctionRecord.CodeOffset);
        EmitCalli(type);
        _slots.Return(record);
        FinishCall(type);
    }

    /// <summary>Finds the record that a table holds, and traps unless it can be called.</summary>
    private (CanonicalType Type, Slot Record) EmitIndirectLookup(in Instruction instruction)
    {
        var type = _module.CanonicalTypes[instruction.First];
        var table = _module.Layout.Table((int)instruction.Second);
        var index = Compute(Pop());
        var record = _slots.Take(Native);
        SettleTrapping();
        SettleForCall(type);

        EmitOperand(index, keep: true);
        _il.Emit(OpCodes.Conv_U);
        EmitLoadContext(table + TableView.LengthOffset);
        _il.Emit(OpCodes.Bge_Un, TrapLabel(TrapKind.UndefinedElement));

        EmitLoadContext(table + TableView.ElementsOffset);
        EmitOperand(index);
        _il.Emit(OpCodes.Conv_U);
        EmitInteger(3);
        _il.Emit(OpCodes.Shl);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldind_I);
        _slots.EmitStore(record);

        _slots.EmitLoad(record);
        _il.Emit(OpCodes.Brfalse, TrapLabel(TrapKind.UninitializedElement));
        _slots.EmitLoad(record);
        _il.Emit(OpCodes.Ldind_I4);
        EmitInteger(type.Id);
        _il.Emit(OpCodes.Bne_Un, TrapLabel(TrapKind.IndirectCallTypeMismatch));
        return (type, record);
    }

    private void EmitLoadField(Slot record, int offset)
    {
        _slots.EmitLoad(record);
        EmitInteger(offset);
        _il.Emit(OpCodes.Add);
        _il.Emit(OpCodes.Ldind_I);
    }

    /// <summary>Computes what waits below the arguments and could be changed by the callee.</summary>
    private void SettleForCall(CanonicalType type)
    {
        for (var i = _settledBelow; i < _operands.Count - type.Parameters.Length; i++)
        {
            if (_operands[i].ReadsMemory || _operands[i].ReadsGlobal)
            {
                Settle(i);
            }
        }
    }

    private void EmitArguments(CanonicalType type)
    {
        EmitAndPop(type.Parameters.Length);
        if (type.Results.Length > 1)
        {
            EmitContextAddress(_module.Layout.ExtraResults);
        }
    }

    private void EmitCalli(CanonicalType type) =>
        _il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, type.ReturnType, type.Signature, null);

    private void FinishCall(CanonicalType type)
    {
        _memoryLengthIsStale = true;
        for (var i = 0; i < type.Results.Length; i++)
        {
            if (i > 0)
            {
                EmitContextAddress(_module.Layout.ExtraResults + type.ResultSlots.ExtraOffset(i));
                Stubs.EmitLoadSlot(_il, type.Results[i]);
            }

            PushResult(type.Results[i]);
        }
    }
}
