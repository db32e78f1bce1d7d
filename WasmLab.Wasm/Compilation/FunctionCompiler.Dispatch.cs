using System.Reflection.Emit;
using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// Loops that begin with a switch, as interpreters do. A branch back to such a loop repeats the head of the loop instead, up to the switch,
/// so that each of them has an indirect jump of its own, which the processor predicts better, and no jump before it.
/// </summary>
internal sealed partial class FunctionCompiler
{
    private const int MaxDispatchInstructions = 24;
    private const int MinDispatchTargets = 4;

    /// <summary>How many bytes of jump tables and heads may be added to a function.</summary>
    private const int MaxDispatchSize = 8 * 1024;

    private int _dispatchSize;

    /// <summary>The head of a loop up to its br_table.</summary>
    private sealed class Dispatch
    {
        public required IReadOnlyList<Instruction> Instructions { get; init; }

        public int TableOffset => Instructions[^1].Offset;

        /// <summary>Where the br_table goes, once it has been compiled and turned out to carry no values.</summary>
        public Label[]? Labels { get; set; }

        public Label DefaultLabel { get; set; }
    }

    /// <summary>The head of a loop when it is short and ends in a br_table.</summary>
    private Dispatch? FindDispatch(in Instruction loop)
    {
        // A function that may be divided has no room for it.
        if (_fuel is not null || _outline is not null || _part is not null)
        {
            return null;
        }

        var instructions = new List<Instruction>();
        var reader = _definition.Reader(loop.Offset, _code.End, "code");
        InstructionDecoder.Read(ref reader, out _);
        while (instructions.Count < MaxDispatchInstructions && !reader.AtEnd)
        {
            InstructionDecoder.Read(ref reader, out var instruction);
            switch (instruction.Opcode)
            {
                case Opcode.Block when instruction.Value == InstructionDecoder.EmptyBlock:
                    break;
                case Opcode.BrTable:
                    instructions.Add(instruction);
                    return instruction.Many!.Length >= MinDispatchTargets ? new Dispatch { Instructions = instructions } : null;
                case >= Opcode.LocalGet and <= Opcode.LocalTee or Opcode.GlobalGet or Opcode.I32Const or Opcode.I64Const:
                case >= Opcode.I32Load and <= Opcode.I64Load32U:
                case Opcode.I32Add or Opcode.I32Sub or Opcode.I32And or Opcode.I32Shl or Opcode.I32ShrU or Opcode.I32Mul or Opcode.I32WrapI64:
                    instructions.Add(instruction);
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    /// <summary>Remembers where a br_table goes that ends the head of a loop.</summary>
    private void NoteDispatch(int offset, Label[] labels, Label defaultLabel)
    {
        foreach (var frame in _frames.Skip(_outermostFrame))
        {
            if (frame.Dispatch is { } dispatch && dispatch.TableOffset == offset && _operands.Count == frame.Height)
            {
                (dispatch.Labels, dispatch.DefaultLabel) = (labels, defaultLabel);
            }
        }
    }

    /// <summary>Goes back to a loop by repeating its head, if that can be done.</summary>
    private bool TryRepeatDispatch(Frame target)
    {
        if (target.Dispatch is not { Labels: { } labels } dispatch || target.TryDepth != TryDepth)
        {
            return false;
        }

        var size = (labels.Length * sizeof(int)) + (dispatch.Instructions.Count * 8);
        if (_dispatchSize + size > MaxDispatchSize)
        {
            return false;
        }

        _dispatchSize += size;
        Truncate(_frames[^1].Height);
        EmitInterruptionCheck();
        foreach (var instruction in dispatch.Instructions)
        {
            if (instruction.Opcode != Opcode.BrTable)
            {
                Compile(in instruction);
            }
        }

        EmitSwitch(Pop(), labels, dispatch.DefaultLabel);
        return true;
    }

    private void EmitSwitch(Operand index, Label[] labels, Label defaultLabel)
    {
        if (labels.Length == 0)
        {
            EmitDrop(index);
        }
        else
        {
            EmitTested(index);
            _il.Emit(OpCodes.Switch, labels);
        }

        _il.Emit(OpCodes.Br, defaultLabel);
    }
}
