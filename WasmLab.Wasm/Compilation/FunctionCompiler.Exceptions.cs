using System.Reflection;
using System.Reflection.Emit;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Runtime;
using WasmLab.Wasm.Validation;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// Exceptions are .NET's. A try_table is a try block whose one handler looks for the clause, and code behind it that goes to the clause's
/// label. IL lets nothing branch out of a try block but <c>leave</c>, so traps and returns have places of their own in each.
/// </summary>
internal sealed partial class FunctionCompiler
{
    private static readonly MethodInfo CreateException = typeof(ExceptionCalls).GetMethod(nameof(ExceptionCalls.Create))!;
    private static readonly MethodInfo Rethrown = typeof(ExceptionCalls).GetMethod(nameof(ExceptionCalls.Rethrown))!;
    private static readonly MethodInfo HasTag = typeof(ExceptionCalls).GetMethod(nameof(ExceptionCalls.HasTag))!;
    private static readonly MethodInfo Unpack = typeof(ExceptionCalls).GetMethod(nameof(ExceptionCalls.Unpack))!;

    private readonly Stack<TrapLabels> _outerTraps = [];
    private readonly List<Action> _epilogues = [];
    private TrapLabels _trapLabels = new();
    private Label? _returnLabel;
    private Slot? _returnValue;

    /// <summary>How many try blocks are open.</summary>
    private int TryDepth => _outerTraps.Count;

    private void CompileThrow(in Instruction instruction)
    {
        SettleTrapping();
        if (instruction.Opcode == Opcode.ThrowRef)
        {
            EmitOperand(Pop());
            _il.Emit(OpCodes.Call, Rethrown);
        }
        else
        {
            EmitThrow((int)instruction.First);
        }

        _il.Emit(OpCodes.Throw);
        SetUnreachable();
    }

    private void EmitThrow(int tag)
    {
        var parameters = _definition.TagType(tag).Parameters;
        var layout = new SlotLayout([.. parameters]);
        var first = _operands.Count - parameters.Count;
        for (var i = 0; i < parameters.Count; i++)
        {
            EmitContextAddress(_module.Layout.ExtraResults + (layout[i] * SlotLayout.SlotSize));
            EmitOperand(_operands[first + i]);
            Stubs.EmitStoreSlot(_il, parameters[i]);
        }

        RemoveOperands(first);
        _il.Emit(OpCodes.Ldarg_0);
        EmitInteger(tag);
        EmitContextAddress(_module.Layout.ExtraResults);
        _il.Emit(OpCodes.Call, CreateException);
    }

    private void OpenTryTable(in Instruction instruction)
    {
        SettleAll();
        EmitRefreshedMemoryLength();
        var (parameters, results) = FunctionValidator.BlockType(_definition, instruction.Value);
        var frame = new Frame
        {
            Opcode = Opcode.TryTable,
            Parameters = parameters,
            Results = results,
            Height = _operands.Count - parameters.Count,
            Label = _il.DefineLabel(),
            TryDepth = TryDepth,
            Catches = instruction.Catches!,
        };

        _frames.Add(frame);
        _il.BeginExceptionBlock();
        _outerTraps.Push(_trapLabels);
        _trapLabels = new TrapLabels();
    }

    private void CompileTryEnd(Frame frame)
    {
        if (!frame.Unreachable)
        {
            LeaveThroughEnd(frame);
            _il.Emit(OpCodes.Leave, frame.Label);
        }

        EmitTraps();
        _trapLabels = _outerTraps.Pop();

        var exception = _slots.Declare(ValueType.ExnRef);
        _il.BeginCatchBlock(typeof(WasmException));
        _slots.EmitStore(exception);
        var clauses = EmitClauseSearch(frame, exception);
        _il.Emit(OpCodes.Rethrow);
        _il.EndExceptionBlock();

        Truncate(frame.Height);
        foreach (var (clause, label) in clauses)
        {
            _il.MarkLabel(label);
            EmitCatch(clause, exception);
        }
    }

    private List<(CatchClause Clause, Label Label)> EmitClauseSearch(Frame frame, Slot exception)
    {
        List<(CatchClause Clause, Label Label)> clauses = [];
        foreach (var clause in frame.Catches)
        {
            var label = _il.DefineLabel();
            clauses.Add((clause, label));
            if (clause.Tag is not { } tag)
            {
                _il.Emit(OpCodes.Leave, label);
                break;
            }

            var next = _il.DefineLabel();
            _slots.EmitLoad(exception);
            _il.Emit(OpCodes.Ldarg_0);
            EmitInteger((int)tag);
            _il.Emit(OpCodes.Call, HasTag);
            _il.Emit(OpCodes.Brfalse, next);
            _il.Emit(OpCodes.Leave, label);
            _il.MarkLabel(next);
        }

        return clauses;
    }

    /// <summary>Goes to a clause's label with the values of the exception.</summary>
    private void EmitCatch(CatchClause clause, Slot exception)
    {
        var height = _operands.Count;
        _memoryLengthIsStale = true;
        EmitRefreshedMemoryLength();
        if (clause.Tag is { } tag)
        {
            var parameters = _definition.TagType((int)tag).Parameters;
            var layout = new SlotLayout([.. parameters]);
            _slots.EmitLoad(exception);
            EmitContextAddress(_module.Layout.ExtraResults);
            _il.Emit(OpCodes.Call, Unpack);
            for (var i = 0; i < parameters.Count; i++)
            {
                EmitContextAddress(_module.Layout.ExtraResults + (layout[i] * SlotLayout.SlotSize));
                Stubs.EmitLoadSlot(_il, parameters[i]);
                PushResult(parameters[i]);
            }
        }

        if (clause.TakesReference)
        {
            Push(Operand.Temporary(exception, owned: false));
        }

        EmitBranch(Target(clause.Label), keep: false);
        Truncate(height);
    }

    /// <summary>Branches to a label that may lie outside of the try block.</summary>
    private void EmitJump(Label label, int tryDepth) => _il.Emit(tryDepth < TryDepth ? OpCodes.Leave : OpCodes.Br, label);

    /// <summary>Returns from within a try block: by way of the function's end, with the first result in a slot.</summary>
    private void EmitLeaveFunction()
    {
        _returnLabel ??= _il.DefineLabel();
        if (_type.Results.Length > 0)
        {
            _slots.EmitStore(_returnValue ??= _slots.Declare(_type.Results[0]));
        }

        _il.Emit(OpCodes.Leave, _returnLabel.Value);
    }

    private void EmitEpilogues()
    {
        EmitTraps();
        if (_part is not null)
        {
            EmitPartEpilogue();
        }
        else if (_returnLabel is { } label)
        {
            _il.MarkLabel(label);
            if (_returnValue is { } value)
            {
                _slots.EmitLoad(value);
            }

            _il.Emit(OpCodes.Ret);
        }

        foreach (var epilogue in _epilogues)
        {
            epilogue();
        }
    }

    private void EmitTraps()
    {
        foreach (var (kind, label) in _trapLabels.Used)
        {
            _il.MarkLabel(label);
            _il.Emit(OpCodes.Ldarg_0);
            _il.Emit(OpCodes.Ldc_I4, (int)kind);
            _il.Emit(OpCodes.Call, CreateTrap);
            _il.Emit(OpCodes.Throw);
        }
    }

    private Label TrapLabel(TrapKind kind) => _trapLabels.Get(kind, _il);

    /// <summary>Where the code of one try block, or that outside of any, goes to trap.</summary>
    private sealed class TrapLabels
    {
        private readonly Label?[] _labels = new Label?[(int)TrapKind.FunctionTooLarge];

        public IEnumerable<(TrapKind Kind, Label Label)> Used
        {
            get
            {
                for (var kind = 0; kind < _labels.Length; kind++)
                {
                    if (_labels[kind] is { } label)
                    {
                        yield return ((TrapKind)kind, label);
                    }
                }
            }
        }

        public Label Get(TrapKind kind, ILGenerator il) => _labels[(int)kind] ??= il.DefineLabel();
    }
}
