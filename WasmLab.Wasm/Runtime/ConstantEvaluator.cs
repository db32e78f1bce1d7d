using System.Runtime.Intrinsics;
using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Runtime;

/// <summary>Evaluates the constant expressions of a module for an instance.</summary>
internal static unsafe class ConstantEvaluator
{
    private const int FewSlots = 64;

    /// <summary>The slot that an expression of any type but v128 gives.</summary>
    public static long Slot(Instance instance, ConstantExpression expression)
    {
        var value = stackalloc long[2];
        Store(instance, expression, value);
        return *value;
    }

    /// <summary>Stores what an expression gives in a cell of two slots.</summary>
    public static void Store(Instance instance, ConstantExpression expression, long* cell)
    {
        // An instruction of n bytes pushes at most n slots.
        var size = expression.End - expression.Start;
        var stack = size <= FewSlots ? stackalloc long[FewSlots] : new long[size];
        var height = 0;
        var reader = instance.Module.Definition.Reader(expression.Start, expression.End, null);
        while (true)
        {
            InstructionDecoder.Read(ref reader, out var instruction);
            switch (instruction.Opcode)
            {
                case Opcode.End:
                    stack[..height].CopyTo(new Span<long>(cell, 2));
                    return;
                case Opcode.I32Const:
                    stack[height++] = (uint)instruction.Value;
                    break;
                case Opcode.V128Const:
                    stack[height++] = instruction.Vector.AsInt64()[0];
                    stack[height++] = instruction.Vector.AsInt64()[1];
                    break;
                case Opcode.GlobalGet:
                    var global = instance.Globals[instruction.First];
                    new ReadOnlySpan<long>(global.Cell, global.Type.Value.SlotCount()).CopyTo(stack[height..]);
                    height += global.Type.Value.SlotCount();
                    break;
                case Opcode.RefFunc:
                    stack[height++] = (long)instance.Record((int)instruction.First);
                    break;
                case Opcode.RefNull:
                    stack[height++] = 0;
                    break;
                case Opcode.I64Const or Opcode.F32Const or Opcode.F64Const:
                    stack[height++] = instruction.Value;
                    break;
                default:
                    height--;
                    stack[height - 1] = Combine(instruction.Opcode, stack[height - 1], stack[height]);
                    break;
            }
        }
    }

    private static long Combine(Opcode opcode, long left, long right) => opcode switch
    {
        Opcode.I32Add => (uint)(left + right),
        Opcode.I32Sub => (uint)(left - right),
        Opcode.I32Mul => (uint)(left * right),
        Opcode.I64Add => left + right,
        Opcode.I64Sub => left - right,
        _ => left * right,
    };
}
