namespace WasmLab.Wasm.Compilation;

/// <summary>The operand stack: what waits on it, and what must be computed before what.</summary>
internal sealed partial class FunctionCompiler
{
    // Keeps the recursion over an expression, ours and the just-in-time compiler's, shallow.
    private const int MaxExpressionSize = 24;

    // How many operands may wait to be emitted: bounds the search that every local.set makes.
    private const int MaxWaiting = 32;

    private readonly List<Operand> _operands = [];

    /// <summary>Every operand below this index is settled.</summary>
    private int _settledBelow;

    private void Push(Operand operand)
    {
        if (operand.Size > MaxExpressionSize)
        {
            operand = Compute(operand);
        }

        _operands.Add(operand);
        if (_operands.Count - _settledBelow > MaxWaiting)
        {
            Settle(_settledBelow++);
        }
    }

    private Operand Pop()
    {
        var operand = _operands[^1];
        _operands.RemoveAt(_operands.Count - 1);
        _settledBelow = Math.Min(_settledBelow, _operands.Count);
        return operand;
    }

    /// <summary>Computes an operand now, into a slot.</summary>
    private Operand Compute(Operand operand)
    {
        var slot = _slots.Take(operand.Type);
        EmitOperand(operand);
        _slots.EmitStore(slot);
        return Operand.Temporary(slot, owned: true);
    }

    private Operand Simplify(Operand operand) => operand.IsSimple ? operand : Compute(operand);

    private void Settle(int index)
    {
        if (!_operands[index].IsSettled)
        {
            _operands[index] = Compute(_operands[index]);
        }
    }

    private void SettleAll()
    {
        for (; _settledBelow < _operands.Count; _settledBelow++)
        {
            Settle(_settledBelow);
        }
    }

    private void SettleWhere(Func<Operand, bool> condition)
    {
        for (var i = _settledBelow; i < _operands.Count; i++)
        {
            if (condition(_operands[i]))
            {
                Settle(i);
            }
        }
    }

    private void SettleReadersOfLocal(int index)
    {
        var bit = Operand.LocalBit(index);
        for (var i = _settledBelow; i < _operands.Count; i++)
        {
            if ((_operands[i].Locals & bit) == 0)
            {
                continue;
            }

            if (ComparisonBranches.Of(_operands[i].Opcode) is null)
            {
                Settle(i);
                continue;
            }

            // A comparison waits on, to become part of a branch: it is the local's old value that is kept.
            var slot = _slots.Take(_locals[index].Type);
            _slots.EmitLoad(_locals[index]);
            _slots.EmitStore(slot);
            _operands[i] = _operands[i].WithLocal(index, Operand.Temporary(slot, owned: true));
        }
    }

    private void SettleReadersOfMemory() => SettleWhere(static operand => operand.ReadsMemory);

    private void SettleReadersOfGlobals() => SettleWhere(static operand => operand.ReadsGlobal || operand.MayTrap);

    /// <summary>Computes what may trap before another kind of trap, or a branch away from it, can happen.</summary>
    /// <param name="except">How many operands on top stay as they are.</param>
    private void SettleTrapping(int except = 0)
    {
        for (var i = _settledBelow; i < _operands.Count - except; i++)
        {
            if (_operands[i].MayTrap)
            {
                Settle(i);
            }
        }
    }

    /// <summary>Stores the value on the IL stack in a slot and pushes it.</summary>
    private void PushResult(ValueType type)
    {
        var slot = _slots.Take(type);
        _slots.EmitStore(slot);
        Push(Operand.Temporary(slot, owned: true));
    }

    /// <summary>Forgets the operands from a height on.</summary>
    private void Truncate(int height)
    {
        for (var i = _operands.Count - 1; i >= height; i--)
        {
            Discard(_operands[i]);
        }

        _operands.RemoveRange(height, _operands.Count - height);
        _settledBelow = Math.Min(_settledBelow, height);
    }

    private void Discard(Operand operand)
    {
        if (operand.OwnsSlot)
        {
            _slots.Return(operand.Slot!);
        }

        if (operand.Left is { } left)
        {
            Discard(left);
        }

        if (operand.Right is { } right)
        {
            Discard(right);
        }
    }

    /// <summary>Puts an operand on the IL stack. That uses it up, unless it is kept for another use.</summary>
    private void EmitOperand(Operand operand, bool keep = false)
    {
        switch (operand.Kind)
        {
            case OperandKind.Constant:
                if (operand.Type == ValueType.V128)
                {
                    VectorEmitter.EmitConstant(_il, operand.Vector);
                }
                else
                {
                    EmitConstant(operand.Type, operand.Value);
                }

                break;
            case OperandKind.Local:
                _slots.EmitLoad(_locals[(int)operand.Value]);
                break;
            case OperandKind.Temporary:
                _slots.EmitLoad(operand.Slot!);
                break;
            case OperandKind.Global:
                EmitGlobalAddress((int)operand.Value);
                Stubs.EmitLoadSlot(_il, operand.Type);
                break;
            case OperandKind.FunctionReference:
                EmitContextAddress(_module.Layout.Function((int)operand.Value));
                break;
            case OperandKind.Load:
                EmitAddress(operand.Memory, operand.Left!, operand.Value, keep);
                EmitLoadInstruction(operand.Opcode);
                break;
            default:
                EmitOperation(operand, keep);
                break;
        }

        if (operand.OwnsSlot && !keep)
        {
            _slots.Return(operand.Slot!);
        }
    }
}
