using System.Reflection.Emit;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// Calls in place of a return: real ones, by IL's <c>tail.</c>, which the runtime honours unless the caller has allocated on its stack.
/// The callee writes results beyond the first where the caller was asked to.
/// </summary>
internal sealed partial class FunctionCompiler
{
    private void CompileTailCall(in Instruction instruction)
    {
        // What the return leaves behind must have trapped before; so must the arguments, before a lookup that fails.
        SettleTrapping();
        if (instruction.Opcode == Opcode.ReturnCallIndirect)
        {
            var (indirect, record) = EmitIndirectLookup(in instruction);
            EmitTailCall(indirect, () => EmitLoadField(record, FunctionRecord.ContextOffset), () => EmitLoadField(record, FunctionRecord.CodeOffset));
            return;
        }

        var function = (int)instruction.First;
        var type = _module.CanonicalTypes[_definition.Functions[function]];
        var place = _module.Layout.Function(function);
        SettleTrapping(except: type.Parameters.Length);
        EmitTailCall(type, () => EmitLoadContext(place + FunctionRecord.ContextOffset), () => EmitLoadContext(place + FunctionRecord.CodeOffset));
    }

    private void EmitTailCall(CanonicalType type, Action context, Action code)
    {
        if (TryDepth == 0)
        {
            context();
            EmitTailArguments(type);
            code();
            EmitTail(type);
        }
        else
        {
            // A tail call ends the try blocks around it: it is made where they are left to.
            var label = _il.DefineLabel();
            var arguments = type.Parameters.Select(_slots.Declare).ToArray();
            EmitMove(arguments, keep: false);
            _il.Emit(OpCodes.Leave, label);
            _epilogues.Add(() =>
            {
                _il.MarkLabel(label);
                context();
                _operands.AddRange(arguments.Select(slot => Operand.Temporary(slot, owned: false)));
                EmitTailArguments(type);
                code();
                EmitTail(type);
            });
        }

        SetUnreachable();
    }

    private void EmitTailArguments(CanonicalType type)
    {
        EmitAndPop(type.Parameters.Length);
        if (type.Results.Length > 1)
        {
            _slots.EmitLoadArgument(_type.Parameters.Length + 1);
        }
    }

    private void EmitTail(CanonicalType type)
    {
        _il.Emit(OpCodes.Tailcall);
        EmitCalli(type);
        _il.Emit(OpCodes.Ret);
    }
}
