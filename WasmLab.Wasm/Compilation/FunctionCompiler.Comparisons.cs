using System.Reflection.Emit;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// Comparisons with 0. The just-in-time compiler of .NET 10.0 leaves the comparison out when it finds a rotation under it, and takes the
/// flags for the rotation's, which sets none (dotnet/runtime 129288). It finds rotations in two shifts and behind locals too, so in every
/// function that could have one a value is tested by a mask that the compiler cannot know.
/// </summary>
internal sealed partial class FunctionCompiler
{
    /// <summary>Puts the result of a comparison of integers on the IL stack.</summary>
    /// <returns>Whether it did: not when the comparison needs no care.</returns>
    private bool TryEmitComparison(Operand comparison, bool keep)
    {
        if (TryEmitDifference(comparison, keep))
        {
            EmitConstant(comparison.Left!.Type, 0);
            _il.Emit(OpCodes.Ceq);
            if (IsInequality(comparison.Opcode))
            {
                EmitInteger(0);
                _il.Emit(OpCodes.Ceq);
            }

            return true;
        }

        if (!IsUnsigned(comparison.Opcode))
        {
            return false;
        }

        EmitCompared(comparison.Opcode, comparison.Left!, comparison.Right!, keep);
        EmitCompared(comparison.Opcode, comparison.Right!, comparison.Left!, keep);
        NumericEmitter.Emit(_il, comparison.Opcode);
        return true;
    }

    /// <summary>Puts an operand on the IL stack that is compared with 0.</summary>
    private void EmitTested(Operand operand, bool keep = false)
    {
        EmitOperand(operand, keep);
        if (MayBeRotation(operand))
        {
            EmitMask(operand.Type);
        }
    }

    /// <summary>
    /// Puts an operand of a comparison on the IL stack. To be more than 0 or less than 1 without a sign is a comparison with 0 for the
    /// just-in-time compiler, which may know more about the other operand.
    /// </summary>
    private void EmitCompared(Opcode comparison, Operand operand, Operand other, bool keep = false)
    {
        EmitOperand(operand, keep);
        if (IsUnsigned(comparison) && MayBeRotation(operand) && other is not { Kind: OperandKind.Constant, Value: not (0 or 1) })
        {
            EmitMask(operand.Type);
        }
    }

    private static bool IsUnsigned(Opcode comparison) => comparison is Opcode.I32LtU or Opcode.I32GtU or Opcode.I32LeU or Opcode.I32GeU
        or Opcode.I64LtU or Opcode.I64GtU or Opcode.I64LeU or Opcode.I64GeU;

    /// <summary>Puts a value on the IL stack that is 0 exactly when the operands of a comparison are equal.</summary>
    /// <returns>Whether it did: not when the comparison needs no care.</returns>
    private bool TryEmitDifference(Operand comparison, bool keep)
    {
        if (comparison.Opcode is Opcode.I32Eqz or Opcode.I64Eqz)
        {
            EmitTested(comparison.Left!, keep);
            return true;
        }

        if (!IsInequality(comparison.Opcode) && comparison.Opcode is not (Opcode.I32Eq or Opcode.I64Eq))
        {
            return false;
        }

        var (left, right) = (comparison.Left!, comparison.Right!);
        if (left.Kind == OperandKind.Constant)
        {
            (left, right) = (right, left);
        }

        if (!(MayBeRotation(left) || MayBeRotation(right)) || right is { Kind: OperandKind.Constant, Value: not 0 })
        {
            return false;
        }

        EmitOperand(left, keep);
        if (right.Kind != OperandKind.Constant)
        {
            EmitOperand(right, keep);
            _il.Emit(OpCodes.Xor);
        }

        EmitMask(left.Type);
        return true;
    }

    private static bool IsInequality(Opcode opcode) => opcode is Opcode.I32Ne or Opcode.I64Ne;

    private bool MayBeRotation(Operand operand) => _summary.MayRotate && operand.Type is ValueType.I32 or ValueType.I64 && operand.Kind switch
    {
        OperandKind.Local or OperandKind.Temporary => true,
        OperandKind.Operation => ComparisonBranches.Of(operand.Opcode) is null && operand is not { Opcode: Opcode.I32And or Opcode.I64And, Right: { Kind: OperandKind.Constant, Value: not -1 } },
        _ => false,
    };

    private void EmitMask(ValueType type)
    {
        EmitContextAddress(InstanceContext.AllOnesOffset);
        _il.Emit(type == ValueType.I64 ? OpCodes.Ldind_I8 : OpCodes.Ldind_I4);
        _il.Emit(OpCodes.And);
    }
}
