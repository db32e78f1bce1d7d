using System.Reflection.Emit;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Validation;

namespace WasmLab.Wasm.Compilation;

/// <summary>The operand stack, and the instructions that only compute or move values.</summary>
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

    private void EmitOperation(Operand operation, bool keep)
    {
        if (IsRotation(operation.Opcode))
        {
            EmitRotation(operation, keep);
            return;
        }

        if (TryEmitDifference(operation, keep))
        {
            EmitConstant(operation.Left!.Type, 0);
            _il.Emit(OpCodes.Ceq);
            if (IsInequality(operation.Opcode))
            {
                EmitInteger(0);
                _il.Emit(OpCodes.Ceq);
            }

            return;
        }

        if (IsUnsigned(operation.Opcode))
        {
            EmitCompared(operation.Opcode, operation.Left!, operation.Right!, keep);
            EmitCompared(operation.Opcode, operation.Right!, operation.Left!, keep);
            NumericEmitter.Emit(_il, operation.Opcode);
            return;
        }

        EmitOperand(operation.Left!, keep);
        if (operation.Right is not { } right)
        {
            if (operation.Opcode == Opcode.RefIsNull)
            {
                EmitConstant(operation.Left!.Type, 0);
                _il.Emit(OpCodes.Ceq);
            }
            else
            {
                NumericEmitter.Emit(_il, operation.Opcode);
            }
        }
        else if (right.Kind == OperandKind.Constant && ConstantForm(operation.Opcode, right.Value) is var (opcode, count))
        {
            if (count is { } shift)
            {
                EmitInteger(shift);
            }
            else
            {
                EmitConstant(right.Type, right.Value);
            }

            _il.Emit(opcode);
        }
        else
        {
            EmitOperand(right, keep);
            NumericEmitter.Emit(_il, operation.Opcode);
            if (IsIdentity(operation))
            {
                NumericEmitter.EmitQuiet(_il, operation.Type);
            }
        }
    }

    /// <summary>Whether the just-in-time compiler leaves out a floating-point operation, and with it the quieting of a NaN.</summary>
    private static bool IsIdentity(Operand operation)
    {
        var (left, right) = (FloatConstant(operation.Left!), FloatConstant(operation.Right!));
        return operation.Opcode switch
        {
            Opcode.F32Add or Opcode.F64Add => IsMinusZero(left) || IsMinusZero(right),
            Opcode.F32Sub or Opcode.F64Sub => right == 0 && !IsMinusZero(right),
            Opcode.F32Mul or Opcode.F64Mul => left == 1 || right == 1,
            Opcode.F32Div or Opcode.F64Div => right == 1,
            _ => false,
        };

        static bool IsMinusZero(double? value) => value is { } number && BitConverter.DoubleToInt64Bits(number) == long.MinValue;
    }

    private static double? FloatConstant(Operand operand) => (operand.Kind, operand.Type) switch
    {
        (OperandKind.Constant, ValueType.F32) => BitConverter.Int32BitsToSingle((int)operand.Value),
        (OperandKind.Constant, ValueType.F64) => BitConverter.Int64BitsToDouble(operand.Value),
        _ => null,
    };

    private static bool IsRotation(Opcode opcode) => opcode is Opcode.I32Rotl or Opcode.I32Rotr or Opcode.I64Rotl or Opcode.I64Rotr;

    /// <summary>
    /// Rotates. By a constant that is two shifts, which the just-in-time compiler knows for a rotation. A call of a helper would stay a call
    /// in a function that is too large for it to optimize.
    /// </summary>
    private void EmitRotation(Operand rotation, bool keep)
    {
        if (rotation is not { Left.IsSimple: true, Right.Kind: OperandKind.Constant })
        {
            EmitOperand(rotation.Left!, keep);
            EmitOperand(rotation.Right!, keep);
            NumericEmitter.Emit(_il, rotation.Opcode);
            return;
        }

        var width = rotation.Type == ValueType.I64 ? 64 : 32;
        var count = (int)rotation.Right!.Value & (width - 1);
        var left = rotation.Opcode is Opcode.I32Rotl or Opcode.I64Rotl ? count : (width - count) & (width - 1);
        if (left == 0)
        {
            EmitOperand(rotation.Left!, keep);
            return;
        }

        EmitOperand(rotation.Left!, keep: true);
        EmitInteger(left);
        _il.Emit(OpCodes.Shl);
        EmitOperand(rotation.Left!, keep);
        EmitInteger(width - left);
        _il.Emit(OpCodes.Shr_Un);
        _il.Emit(OpCodes.Or);
    }

    /// <summary>The shorter IL that a constant right operand allows: a shift count within range, a divisor that needs no care.</summary>
    private static (OpCode Opcode, int? Count)? ConstantForm(Opcode opcode, long right) => opcode switch
    {
        Opcode.I32Shl => (OpCodes.Shl, (int)right & 31),
        Opcode.I32ShrS => (OpCodes.Shr, (int)right & 31),
        Opcode.I32ShrU => (OpCodes.Shr_Un, (int)right & 31),
        Opcode.I64Shl => (OpCodes.Shl, (int)right & 63),
        Opcode.I64ShrS => (OpCodes.Shr, (int)right & 63),
        Opcode.I64ShrU => (OpCodes.Shr_Un, (int)right & 63),
        Opcode.I32RemS or Opcode.I64RemS when right is not -1 and not 0 => (OpCodes.Rem, null),
        _ => null,
    };

    private void EmitConstant(ValueType type, long value)
    {
        switch (type)
        {
            case ValueType.I32:
                EmitInteger((int)value);
                break;
            case ValueType.I64 when value is >= int.MinValue and <= int.MaxValue:
                EmitInteger((int)value);
                _il.Emit(OpCodes.Conv_I8);
                break;
            case ValueType.I64:
                _il.Emit(OpCodes.Ldc_I8, value);
                break;
            case ValueType.F32 when float.IsNaN(BitConverter.Int32BitsToSingle((int)value)):
                // As a literal the payload of a NaN could get lost.
                _il.Emit(OpCodes.Ldc_I4, (int)value);
                NumericEmitter.Emit(_il, Opcode.F32ReinterpretI32);
                break;
            case ValueType.F32:
                _il.Emit(OpCodes.Ldc_R4, BitConverter.Int32BitsToSingle((int)value));
                break;
            case ValueType.F64 when double.IsNaN(BitConverter.Int64BitsToDouble(value)):
                _il.Emit(OpCodes.Ldc_I8, value);
                NumericEmitter.Emit(_il, Opcode.F64ReinterpretI64);
                break;
            case ValueType.F64:
                _il.Emit(OpCodes.Ldc_R8, BitConverter.Int64BitsToDouble(value));
                break;
            case ValueType.V128:
                VectorEmitter.EmitConstant(_il, default);
                break;
            case ValueType.ExnRef:
                _il.Emit(OpCodes.Ldnull);
                break;
            default:
                _il.Emit(OpCodes.Ldc_I4_0);
                _il.Emit(OpCodes.Conv_I);
                break;
        }
    }

    private void CompileNumeric(Opcode opcode, InstructionSignature signature)
    {
        if (signature.Parameters.Length == 3)
        {
            CompileTernary(opcode);
            return;
        }

        var right = signature.Parameters.Length > 1 ? Pop() : null;
        var left = Pop();
        if (opcode is Opcode.I32DivS or Opcode.I32DivU or Opcode.I32RemS or Opcode.I32RemU
            or Opcode.I64DivS or Opcode.I64DivU or Opcode.I64RemS or Opcode.I64RemU)
        {
            (left, right) = CheckDivision(opcode, left, right!);
        }

        if (right is { Kind: OperandKind.Constant } && IsRotation(opcode))
        {
            left = Simplify(left);
        }

        else if (UsesParts(opcode))
        {
            (left, right) = (CheckWhole(left), right is null ? null : CheckWhole(right));
        }
        else if (right is not null && UsesPartOfCount(opcode))
        {
            right = CheckWhole(right);
        }

        var operation = Operand.Operation(opcode, signature.Result, left, right);
        if (NumericEmitter.MayTrap(opcode))
        {
            SettleTrapping();
            operation = Compute(operation);
        }

        Push(operation);
    }

    private (Operand Left, Operand Right) CheckDivision(Opcode opcode, Operand left, Operand right)
    {
        var isSigned = opcode is Opcode.I32DivS or Opcode.I64DivS;
        var is64 = right.Type == ValueType.I64;
        if (right.Kind == OperandKind.Constant && right.Value != 0 && !(isSigned && right.Value == -1))
        {
            return (left, right);
        }

        SettleTrapping();
        left = left.MayTrap ? Compute(left) : left;
        right = Simplify(right);
        EmitTested(right, keep: true);
        _il.Emit(OpCodes.Brfalse, TrapLabel(TrapKind.IntegerDivideByZero));
        if (isSigned)
        {
            left = Simplify(left);
            var fits = _il.DefineLabel();
            EmitOperand(right, keep: true);
            EmitConstant(right.Type, -1);
            _il.Emit(OpCodes.Bne_Un, fits);
            EmitOperand(left, keep: true);
            EmitConstant(left.Type, is64 ? long.MinValue : int.MinValue);
            _il.Emit(OpCodes.Beq, TrapLabel(TrapKind.IntegerOverflow));
            _il.MarkLabel(fits);
        }

        return (left, right);
    }

    private void CompileVariable(in Instruction instruction)
    {
        var index = (int)instruction.First;
        switch (instruction.Opcode)
        {
            case Opcode.Drop:
                EmitDrop(Pop());
                break;
            case Opcode.Select or Opcode.SelectTyped:
                CompileSelect();
                break;
            case Opcode.LocalGet:
                Push(Operand.Local(index, _locals[index].Type));
                break;
            case Opcode.LocalSet:
                CompileLocalSet(index);
                break;
            case Opcode.LocalTee:
                CompileLocalSet(index);
                Push(Operand.Local(index, _locals[index].Type));
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
