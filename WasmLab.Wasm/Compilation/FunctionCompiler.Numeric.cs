using System.Reflection.Emit;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Validation;

namespace WasmLab.Wasm.Compilation;

/// <summary>The instructions that only compute.</summary>
internal sealed partial class FunctionCompiler
{
    private void EmitOperation(Operand operation, bool keep)
    {
        if (IsRotation(operation.Opcode))
        {
            EmitRotation(operation, keep);
            return;
        }

        if (TryEmitComparison(operation, keep))
        {
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
}
