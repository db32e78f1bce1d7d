using System.Reflection.Emit;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Compilation.Division;
using WasmLab.Wasm.Validation;

namespace WasmLab.Wasm.Compilation;

/// <summary>Blocks and branches. At every branch the IL stack is empty; values travel in slots of the block they go to.</summary>
internal sealed partial class FunctionCompiler
{
    private readonly List<Frame> _frames = [];

    /// <summary>An open block.</summary>
    private sealed class Frame
    {
        public required Opcode Opcode { get; set; }

        public required IReadOnlyList<ValueType> Parameters { get; init; }

        public required IReadOnlyList<ValueType> Results { get; init; }

        /// <summary>How many operands lie below it.</summary>
        public required int Height { get; init; }

        /// <summary>The end, or the head of a loop.</summary>
        public Label Label { get; init; }

        public Label ElseLabel { get; init; }

        /// <summary>Code of the br_table being compiled that moves the values and goes there.</summary>
        public Label Detour { get; set; }

        public bool IsFunction { get; init; }

        /// <summary>Whether something branches to the end.</summary>
        public bool EndIsReached { get; set; }

        public bool Unreachable { get; set; }

        /// <summary>The head of a loop that begins with a switch.</summary>
        public Dispatch? Dispatch { get; init; }

        /// <summary>How many try blocks are open where its label is.</summary>
        public int TryDepth { get; init; }

        /// <summary>The clauses of a try_table.</summary>
        public CatchClause[] Catches { get; init; } = [];

        /// <summary>Where a loop's or an if's parameters lie, for as long as the function runs.</summary>
        public Slot[] ParameterSlots { get; set; } = [];

        /// <summary>Where branches leave the results.</summary>
        public Slot[]? ResultSlots { get; set; }
    }

    private void PushFunctionFrame() =>
        _frames.Add(new Frame { Opcode = Opcode.Block, Parameters = [], Results = _type.Results, Height = 0, IsFunction = true });

    private Frame Target(uint label) => _frames[_frames.Count - 1 - (int)label];

    private void CompileControl(in Instruction instruction)
    {
        switch (instruction.Opcode)
        {
            case Opcode.Unreachable:
                SettleTrapping();
                _il.Emit(OpCodes.Br, TrapLabel(TrapKind.Unreachable));
                SetUnreachable();
                break;
            case Opcode.Nop:
                break;
            case Opcode.Block or Opcode.Loop or Opcode.If:
                OpenBlock(in instruction);
                break;
            case Opcode.Else:
                CompileElse();
                break;
            case Opcode.End:
                CompileEnd();
                break;
            case Opcode.Br:
                CompileBranch(Target(instruction.First));
                break;
            case Opcode.BrIf:
                CompileBranchIf(Target(instruction.First));
                break;
            case Opcode.BrTable:
                CompileBranchTable(in instruction);
                break;
            case Opcode.Return when _outermostFrame > 0:
                CompileBranch(_frames[_outermostFrame]);
                break;
            case Opcode.Return:
                SettleTrapping(except: _type.Results.Length);
                EmitReturn(keep: false);
                SetUnreachable();
                break;
        }
    }

    private void OpenBlock(in Instruction instruction)
    {
        var condition = instruction.Opcode == Opcode.If ? Pop() : null;
        var (parameters, results) = FunctionValidator.BlockType(_definition, instruction.Value);
        var slots = Array.Empty<Slot>();
        if (parameters.Count > 0 && instruction.Opcode != Opcode.Block)
        {
            slots = [.. parameters.Select(_slots.Declare)];
            EmitMove(slots, keep: false);
        }

        SettleAll();
        EmitRefreshedMemoryLength();
        var frame = new Frame
        {
            Opcode = instruction.Opcode,
            Parameters = parameters,
            Results = results,
            Height = _operands.Count - (instruction.Opcode == Opcode.Block ? parameters.Count : 0),
            Label = _il.DefineLabel(),
            ElseLabel = condition is null ? default : _il.DefineLabel(),
            ParameterSlots = slots,
            Dispatch = instruction.Opcode == Opcode.Loop && parameters.Count == 0 ? FindDispatch(in instruction) : null,
            TryDepth = TryDepth,
        };
        _frames.Add(frame);
        if (IsReachedFromElsewhere(instruction.Offset))
        {
            frame.EndIsReached = true;
            ResultSlots(frame);
        }

        if (condition is not null)
        {
            EmitBranchIf(condition, frame.ElseLabel, whenTrue: false);
        }
        else if (instruction.Opcode == Opcode.Loop)
        {
            _il.MarkLabel(frame.Label);
            EmitInterruptionCheck();
            if (_fuel is not null)
            {
                EmitFuel(_fuel.Loop(instruction.Offset));
            }
        }

        PushParameters(frame);
    }

    private void PushParameters(Frame frame)
    {
        foreach (var slot in frame.ParameterSlots)
        {
            Push(Operand.Temporary(slot, owned: false));
        }
    }

    private void CompileElse()
    {
        var frame = _frames[^1];
        if (!frame.Unreachable)
        {
            LeaveThroughEnd(frame);
            _il.Emit(OpCodes.Br, frame.Label);
        }

        Truncate(frame.Height);
        frame.Opcode = Opcode.Else;
        frame.Unreachable = false;
        _memoryLengthIsStale = false;
        _il.MarkLabel(frame.ElseLabel);
        PushParameters(frame);
    }

    private void CompileEnd()
    {
        var frame = _frames[^1];
        _frames.RemoveAt(_frames.Count - 1);
        if (frame.IsFunction)
        {
            if (!frame.Unreachable)
            {
                EmitReturn(keep: false);
            }

            return;
        }

        if (frame.Opcode == Opcode.TryTable)
        {
            CompileTryEnd(frame);
            frame.Unreachable = true;
        }
        else if (frame.Opcode == Opcode.If)
        {
            EndIfWithoutElse(frame);
        }

        if (frame.EndIsReached && frame.Opcode != Opcode.Loop)
        {
            if (!frame.Unreachable)
            {
                LeaveThroughEnd(frame);
            }

            Truncate(frame.Height);
            _il.MarkLabel(frame.Label);
            _memoryLengthIsStale = false;
            foreach (var slot in frame.ResultSlots ?? [])
            {
                Push(Operand.Temporary(slot, owned: true));
            }
        }
        else if (frame.Unreachable)
        {
            SetUnreachable();
        }
    }

    /// <summary>The missing else hands the parameters on as the results.</summary>
    private void EndIfWithoutElse(Frame frame)
    {
        if (frame.Parameters.Count == 0)
        {
            if (!frame.Unreachable)
            {
                EmitRefreshedMemoryLength();
            }

            _il.MarkLabel(frame.ElseLabel);
            frame.Unreachable = false;
            _memoryLengthIsStale = false;
            return;
        }

        if (!frame.Unreachable)
        {
            LeaveThroughEnd(frame);
            _il.Emit(OpCodes.Br, frame.Label);
        }

        Truncate(frame.Height);
        frame.Unreachable = false;
        _memoryLengthIsStale = false;
        _il.MarkLabel(frame.ElseLabel);
        PushParameters(frame);
        frame.EndIsReached = true;
    }

    /// <summary>Moves the results where the end expects them. What follows is the end's label, or a branch to it.</summary>
    private void LeaveThroughEnd(Frame frame)
    {
        EmitRefreshedMemoryLength();
        EmitMove(ResultSlots(frame), keep: false);
        frame.EndIsReached = true;
    }

    private Slot[] ResultSlots(Frame frame) => frame.ResultSlots ??= [.. frame.Results.Select(_slots.Take)];

    private void SetUnreachable()
    {
        var frame = _frames[^1];
        Truncate(frame.Height);
        frame.Unreachable = true;
    }

    /// <summary>Moves the top operands into slots, all at once, so that slots may be exchanged.</summary>
    private void EmitMove(Slot[] slots, bool keep)
    {
        var first = _operands.Count - slots.Length;
        for (var i = 0; i < slots.Length; i++)
        {
            EmitOperand(_operands[first + i], keep);
        }

        for (var i = slots.Length - 1; i >= 0; i--)
        {
            _slots.EmitStore(slots[i]);
        }

        if (!keep)
        {
            _operands.RemoveRange(first, slots.Length);
            _settledBelow = Math.Min(_settledBelow, first);
        }
    }

    private void EmitBranch(Frame target, bool keep)
    {
        if (target.IsFunction)
        {
            EmitReturn(keep);
            return;
        }

        EmitMove(SlotsOf(target), keep);
        EmitJump(target.Label, target.TryDepth);
    }

    private int Arity(Frame target) => target.IsFunction ? target.Results.Count : SlotsOf(target).Length;

    private Slot[] SlotsOf(Frame target)
    {
        if (target.Opcode == Opcode.Loop)
        {
            return target.ParameterSlots;
        }

        target.EndIsReached = true;
        return ResultSlots(target);
    }

    private void CompileBranch(Frame target)
    {
        EmitRefreshedMemoryLength();
        SettleTrapping(except: Arity(target));
        if (!TryRepeatDispatch(target))
        {
            EmitBranch(target, keep: false);
        }

        SetUnreachable();
    }

    private void CompileBranchIf(Frame target)
    {
        var condition = Pop();
        SettleTrapping();
        EmitRefreshedMemoryLength();
        if (!target.IsFunction && target.TryDepth == TryDepth && SlotsOf(target).Length == 0)
        {
            EmitBranchIf(condition, target.Label, whenTrue: true);
            return;
        }

        SimplifyTop(Arity(target));
        var stay = _il.DefineLabel();
        EmitBranchIf(condition, stay, whenTrue: false);
        EmitBranch(target, keep: true);
        _il.MarkLabel(stay);
    }

    private void CompileBranchTable(in Instruction instruction)
    {
        var targets = instruction.Many!;
        var index = Pop();
        var defaultTarget = Target(targets[^1]);
        SettleTrapping();
        SimplifyTop(Arity(defaultTarget));
        EmitRefreshedMemoryLength();

        var labels = new Label[targets.Length - 1];
        var detours = new List<Frame>();
        for (var i = 0; i < labels.Length; i++)
        {
            labels[i] = DirectOrDetour(Target(targets[i]), detours);
        }

        var defaultLabel = DirectOrDetour(defaultTarget, detours);
        EmitSwitch(index, labels, defaultLabel);
        if (detours.Count == 0)
        {
            NoteDispatch(instruction.Offset, labels, defaultLabel);
        }

        foreach (var target in detours)
        {
            RequireCompilableSize();
            _il.MarkLabel(target.Detour);
            EmitBranch(target, keep: true);
        }

        SetUnreachable();
    }

    /// <summary>Where a br_table jumps: to the target itself, or to code that moves the values first.</summary>
    private Label DirectOrDetour(Frame target, List<Frame> detours)
    {
        if (!target.IsFunction && target.TryDepth == TryDepth && SlotsOf(target).Length == 0)
        {
            return target.Label;
        }

        if (!detours.Contains(target))
        {
            target.Detour = _il.DefineLabel();
            detours.Add(target);
        }

        return target.Detour;
    }

    private void SimplifyTop(int count)
    {
        for (var i = _operands.Count - count; i < _operands.Count; i++)
        {
            _operands[i] = Simplify(_operands[i]);
        }
    }

    private void EmitReturn(bool keep)
    {
        var results = _type.Results;
        var first = _operands.Count - results.Length;
        for (var i = 1; i < results.Length; i++)
        {
            EmitExtraResultsAddress();
            if (i > 1)
            {
                EmitInteger(_type.ResultSlots.ExtraOffset(i));
                _il.Emit(OpCodes.Add);
            }

            EmitOperand(_operands[first + i], keep);
            Stubs.EmitStoreSlot(_il, results[i]);
        }

        if (_part is not null)
        {
            EmitPartReturn(keep);
        }
        else
        {
            if (results.Length > 0)
            {
                EmitOperand(_operands[first], keep);
            }

            EmitLeaveOrReturn();
        }

        if (!keep)
        {
            _operands.RemoveRange(first, results.Length);
            _settledBelow = Math.Min(_settledBelow, first);
        }
    }

    private void EmitLeaveOrReturn()
    {
        if (TryDepth > 0)
        {
            EmitLeaveFunction();
        }
        else
        {
            _il.Emit(OpCodes.Ret);
        }
    }

    private void EmitExtraResultsAddress()
    {
        if (_part is null)
        {
            _slots.EmitLoadArgument(_type.Parameters.Length + 1);
        }
        else
        {
            EmitFrameAddress(DividedLocals.ExtraResultsOffset);
            _il.Emit(OpCodes.Ldind_I);
        }
    }

    /// <summary>Branches on a condition; a comparison becomes part of the branch.</summary>
    private void EmitBranchIf(Operand condition, Label label, bool whenTrue)
    {
        while (condition is { Kind: OperandKind.Operation, Opcode: Opcode.I32Eqz or Opcode.I64Eqz or Opcode.RefIsNull })
        {
            condition = condition.Left!;
            whenTrue = !whenTrue;
        }

        if (condition.Kind == OperandKind.Operation && TryEmitDifference(condition, keep: false))
        {
            _il.Emit(whenTrue == IsInequality(condition.Opcode) ? OpCodes.Brtrue : OpCodes.Brfalse, label);
            return;
        }

        if (condition.Kind == OperandKind.Operation && ComparisonBranches.Of(condition.Opcode) is var (ifTrue, ifFalse))
        {
            EmitCompared(condition.Opcode, condition.Left!, condition.Right!);
            EmitCompared(condition.Opcode, condition.Right!, condition.Left!);
            _il.Emit(whenTrue ? ifTrue : ifFalse, label);
            return;
        }

        EmitTested(condition);
        _il.Emit(whenTrue ? OpCodes.Brtrue : OpCodes.Brfalse, label);
    }
}
