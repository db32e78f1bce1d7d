using System.Reflection;
using System.Reflection.Emit;
using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// The IL of every instruction that only computes, with its operands on the IL stack: one line each. A lone method name is a call of
/// <see cref="WasmMath"/>.
/// </summary>
internal static class NumericEmitter
{
    private static readonly string[] MathNames = ["Ceiling", "Floor", "Truncate", "Sqrt", "Abs"];
    private static readonly MethodInfo[] Rounding32 = Methods(typeof(MathF), typeof(float));
    private static readonly MethodInfo[] Rounding64 = Methods(typeof(Math), typeof(double));

    public static void Emit(ILGenerator il, Opcode opcode)
    {
        if (opcode >= Opcode.V128Load)
        {
            VectorEmitter.Emit(il, opcode);
        }
        else if (opcode <= Opcode.F64Ge)
        {
            EmitComparison(il, opcode);
        }
        else if (opcode <= Opcode.I64Rotr)
        {
            EmitInteger(il, opcode);
        }
        else if (opcode <= Opcode.F64Copysign)
        {
            EmitFloat(il, opcode);
        }
        else
        {
            EmitConversion(il, opcode);
        }
    }

    /// <summary>Whether the instruction may trap, so that it must run where it stands. Division is checked apart.</summary>
    public static bool MayTrap(Opcode opcode) =>
        opcode is >= Opcode.I32TruncF32S and <= Opcode.I32TruncF64U or >= Opcode.I64TruncF32S and <= Opcode.I64TruncF64U;

    private static void EmitComparison(ILGenerator il, Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.I32Eqz:
                il.Emit(OpCodes.Ldc_I4_0);
                il.Emit(OpCodes.Ceq);
                break;
            case Opcode.I64Eqz:
                il.Emit(OpCodes.Ldc_I4_0);
                il.Emit(OpCodes.Conv_I8);
                il.Emit(OpCodes.Ceq);
                break;
            case Opcode.I32Eq or Opcode.I64Eq or Opcode.F32Eq or Opcode.F64Eq:
                il.Emit(OpCodes.Ceq);
                break;
            case Opcode.I32Ne or Opcode.I64Ne or Opcode.F32Ne or Opcode.F64Ne:
                EmitNot(il, OpCodes.Ceq);
                break;
            case Opcode.I32LtS or Opcode.I64LtS or Opcode.F32Lt or Opcode.F64Lt:
                il.Emit(OpCodes.Clt);
                break;
            case Opcode.I32LtU or Opcode.I64LtU:
                il.Emit(OpCodes.Clt_Un);
                break;
            case Opcode.I32GtS or Opcode.I64GtS or Opcode.F32Gt or Opcode.F64Gt:
                il.Emit(OpCodes.Cgt);
                break;
            case Opcode.I32GtU or Opcode.I64GtU:
                il.Emit(OpCodes.Cgt_Un);
                break;
            case Opcode.I32LeS or Opcode.I64LeS:
                EmitNot(il, OpCodes.Cgt);
                break;
            case Opcode.I32LeU or Opcode.I64LeU or Opcode.F32Le or Opcode.F64Le:
                EmitNot(il, OpCodes.Cgt_Un);
                break;
            case Opcode.I32GeS or Opcode.I64GeS:
                EmitNot(il, OpCodes.Clt);
                break;
            default:
                EmitNot(il, OpCodes.Clt_Un);
                break;
        }
    }

    private static void EmitNot(ILGenerator il, OpCode comparison)
    {
        il.Emit(comparison);
        il.Emit(OpCodes.Ldc_I4_0);
        il.Emit(OpCodes.Ceq);
    }

    private static void EmitInteger(ILGenerator il, Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.I32Add or Opcode.I64Add: il.Emit(OpCodes.Add); break;
            case Opcode.I32Sub or Opcode.I64Sub: il.Emit(OpCodes.Sub); break;
            case Opcode.I32Mul or Opcode.I64Mul: il.Emit(OpCodes.Mul); break;
            case Opcode.I32DivS or Opcode.I64DivS: il.Emit(OpCodes.Div); break;
            case Opcode.I32DivU or Opcode.I64DivU: il.Emit(OpCodes.Div_Un); break;
            case Opcode.I32RemS: Call(il, nameof(WasmMath.Remainder32)); break;
            case Opcode.I64RemS: Call(il, nameof(WasmMath.Remainder64)); break;
            case Opcode.I32RemU or Opcode.I64RemU: il.Emit(OpCodes.Rem_Un); break;
            case Opcode.I32And or Opcode.I64And: il.Emit(OpCodes.And); break;
            case Opcode.I32Or or Opcode.I64Or: il.Emit(OpCodes.Or); break;
            case Opcode.I32Xor or Opcode.I64Xor: il.Emit(OpCodes.Xor); break;
            case Opcode.I32Shl: EmitShift(il, OpCodes.Shl, 31); break;
            case Opcode.I32ShrS: EmitShift(il, OpCodes.Shr, 31); break;
            case Opcode.I32ShrU: EmitShift(il, OpCodes.Shr_Un, 31); break;
            case Opcode.I64Shl: EmitShift(il, OpCodes.Shl, 63); break;
            case Opcode.I64ShrS: EmitShift(il, OpCodes.Shr, 63); break;
            case Opcode.I64ShrU: EmitShift(il, OpCodes.Shr_Un, 63); break;
            case Opcode.I32Rotl: Call(il, nameof(WasmMath.RotateLeft32)); break;
            case Opcode.I32Rotr: Call(il, nameof(WasmMath.RotateRight32)); break;
            case Opcode.I64Rotl: Call(il, nameof(WasmMath.RotateLeft64)); break;
            case Opcode.I64Rotr: Call(il, nameof(WasmMath.RotateRight64)); break;
            case Opcode.I32Clz: Call(il, nameof(WasmMath.LeadingZeros32)); break;
            case Opcode.I64Clz: Call(il, nameof(WasmMath.LeadingZeros64)); break;
            case Opcode.I32Ctz: Call(il, nameof(WasmMath.TrailingZeros32)); break;
            case Opcode.I64Ctz: Call(il, nameof(WasmMath.TrailingZeros64)); break;
            case Opcode.I32Popcnt: Call(il, nameof(WasmMath.Ones32)); break;
            case Opcode.I64Popcnt: Call(il, nameof(WasmMath.Ones64)); break;
            default: throw Unknown(opcode);
        }
    }

    /// <summary>Quiets a NaN on the stack.</summary>
    public static void EmitQuiet(ILGenerator il, ValueType type) => Call(il, type == ValueType.F32 ? nameof(WasmMath.QuietF32) : nameof(WasmMath.QuietF64));

    private static void EmitFloat(ILGenerator il, Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.F32Add or Opcode.F64Add: il.Emit(OpCodes.Add); break;
            case Opcode.F32Sub or Opcode.F64Sub: il.Emit(OpCodes.Sub); break;
            case Opcode.F32Mul or Opcode.F64Mul: il.Emit(OpCodes.Mul); break;
            case Opcode.F32Div or Opcode.F64Div: il.Emit(OpCodes.Div); break;
            case Opcode.F32Neg or Opcode.F64Neg: il.Emit(OpCodes.Neg); break;
            case >= Opcode.F32Ceil and <= Opcode.F32Trunc: il.Emit(OpCodes.Call, Rounding32[opcode - Opcode.F32Ceil]); break;
            case >= Opcode.F64Ceil and <= Opcode.F64Trunc: il.Emit(OpCodes.Call, Rounding64[opcode - Opcode.F64Ceil]); break;
            case Opcode.F32Abs: il.Emit(OpCodes.Call, Rounding32[4]); break;
            case Opcode.F64Abs: il.Emit(OpCodes.Call, Rounding64[4]); break;
            case Opcode.F32Sqrt: il.Emit(OpCodes.Call, Rounding32[3]); break;
            case Opcode.F64Sqrt: il.Emit(OpCodes.Call, Rounding64[3]); break;
            case Opcode.F32Nearest: Call(il, nameof(WasmMath.NearestF32)); break;
            case Opcode.F64Nearest: Call(il, nameof(WasmMath.NearestF64)); break;
            case Opcode.F32Min: Call(il, nameof(WasmMath.MinF32)); break;
            case Opcode.F64Min: Call(il, nameof(WasmMath.MinF64)); break;
            case Opcode.F32Max: Call(il, nameof(WasmMath.MaxF32)); break;
            case Opcode.F64Max: Call(il, nameof(WasmMath.MaxF64)); break;
            case Opcode.F32Copysign: Call(il, nameof(WasmMath.CopySignF32)); break;
            case Opcode.F64Copysign: Call(il, nameof(WasmMath.CopySignF64)); break;
            default: throw Unknown(opcode);
        }
    }

    private static void EmitConversion(ILGenerator il, Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.I32WrapI64: il.Emit(OpCodes.Conv_I4); break;
            case Opcode.I64ExtendI32S: il.Emit(OpCodes.Conv_I8); break;
            case Opcode.I64ExtendI32U: il.Emit(OpCodes.Conv_U8); break;
            case Opcode.F32ConvertI32S or Opcode.F32ConvertI64S: il.Emit(OpCodes.Conv_R4); break;
            case Opcode.F64ConvertI32S or Opcode.F64ConvertI64S or Opcode.F64PromoteF32: il.Emit(OpCodes.Conv_R8); break;
            case Opcode.F32ConvertI32U: Two(il, OpCodes.Conv_R_Un, OpCodes.Conv_R4); break;
            case Opcode.F64ConvertI32U or Opcode.F64ConvertI64U: Two(il, OpCodes.Conv_R_Un, OpCodes.Conv_R8); break;
            case Opcode.F32DemoteF64: Call(il, nameof(WasmMath.DemoteF64)); break;
            case Opcode.F32ConvertI64U: Call(il, nameof(WasmMath.ConvertU64ToF32)); break;
            case Opcode.I32ReinterpretF32: Call(il, nameof(WasmMath.BitsOfF32)); break;
            case Opcode.I64ReinterpretF64: Call(il, nameof(WasmMath.BitsOfF64)); break;
            case Opcode.F32ReinterpretI32: Call(il, nameof(WasmMath.F32OfBits)); break;
            case Opcode.F64ReinterpretI64: Call(il, nameof(WasmMath.F64OfBits)); break;
            case Opcode.I32Extend8S: il.Emit(OpCodes.Conv_I1); break;
            case Opcode.I32Extend16S: il.Emit(OpCodes.Conv_I2); break;
            case Opcode.I64Extend8S: Two(il, OpCodes.Conv_I1, OpCodes.Conv_I8); break;
            case Opcode.I64Extend16S: Two(il, OpCodes.Conv_I2, OpCodes.Conv_I8); break;
            case Opcode.I64Extend32S: Two(il, OpCodes.Conv_I4, OpCodes.Conv_I8); break;
            case Opcode.I32TruncF32S: Call(il, nameof(WasmMath.TruncateF32ToI32)); break;
            case Opcode.I32TruncF32U: Call(il, nameof(WasmMath.TruncateF32ToU32)); break;
            case Opcode.I32TruncF64S: Call(il, nameof(WasmMath.TruncateF64ToI32)); break;
            case Opcode.I32TruncF64U: Call(il, nameof(WasmMath.TruncateF64ToU32)); break;
            case Opcode.I64TruncF32S: Call(il, nameof(WasmMath.TruncateF32ToI64)); break;
            case Opcode.I64TruncF32U: Call(il, nameof(WasmMath.TruncateF32ToU64)); break;
            case Opcode.I64TruncF64S: Call(il, nameof(WasmMath.TruncateF64ToI64)); break;
            case Opcode.I64TruncF64U: Call(il, nameof(WasmMath.TruncateF64ToU64)); break;
            case Opcode.I32TruncSatF32S: Call(il, nameof(WasmMath.SaturateF32ToI32)); break;
            case Opcode.I32TruncSatF32U: Call(il, nameof(WasmMath.SaturateF32ToU32)); break;
            case Opcode.I32TruncSatF64S: Call(il, nameof(WasmMath.SaturateF64ToI32)); break;
            case Opcode.I32TruncSatF64U: Call(il, nameof(WasmMath.SaturateF64ToU32)); break;
            case Opcode.I64TruncSatF32S: Call(il, nameof(WasmMath.SaturateF32ToI64)); break;
            case Opcode.I64TruncSatF32U: Call(il, nameof(WasmMath.SaturateF32ToU64)); break;
            case Opcode.I64TruncSatF64S: Call(il, nameof(WasmMath.SaturateF64ToI64)); break;
            case Opcode.I64TruncSatF64U: Call(il, nameof(WasmMath.SaturateF64ToU64)); break;
            default: throw Unknown(opcode);
        }
    }

    private static void EmitShift(ILGenerator il, OpCode shift, int mask)
    {
        if (mask == 63)
        {
            il.Emit(OpCodes.Conv_I4);
        }

        il.Emit(OpCodes.Ldc_I4_S, (sbyte)mask);
        il.Emit(OpCodes.And);
        il.Emit(shift);
    }

    private static void Two(ILGenerator il, OpCode first, OpCode second)
    {
        il.Emit(first);
        il.Emit(second);
    }

    private static void Call(ILGenerator il, string method) => il.Emit(OpCodes.Call, WasmMath.Method(method));

    private static MethodInfo[] Methods(Type math, Type number) =>
        [.. MathNames.Select(name => math.GetMethod(name, [number])!)];

    private static InvalidOperationException Unknown(Opcode opcode) => new($"no IL is known for {opcode}");
}
