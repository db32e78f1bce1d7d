using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Intrinsics;
using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Compilation;

/// <summary>
/// The IL of vector instructions, with their operands on the IL stack. An opcode's name says the shape of the vector and the operation:
/// that is a call of <see cref="VectorMath"/> where it has the name, and else of the operation of .NET, which the just-in-time compiler
/// turns into the processor's instruction. All vectors are of one type on the IL stack, because their lanes are the operation's concern.
/// </summary>
internal static class VectorEmitter
{
    private const int ShapeLength = 5;

    private static readonly Dictionary<string, string> Operations = new()
    {
        ["Add"] = "op_Addition",
        ["Sub"] = "op_Subtraction",
        ["Mul"] = "op_Multiply",
        ["Div"] = "op_Division",
        ["Neg"] = "op_UnaryNegation",
        ["Shl"] = "op_LeftShift",
        ["Shr"] = "op_RightShift",
        ["Abs"] = nameof(Vector128.Abs),
        ["Sqrt"] = nameof(Vector128.Sqrt),
        ["Ceil"] = nameof(Vector128.Ceiling),
        ["Floor"] = nameof(Vector128.Floor),
        ["Trunc"] = nameof(Vector128.Truncate),
        ["Nearest"] = nameof(Vector128.Round),
        ["Eq"] = nameof(Vector128.Equals),
        ["Ne"] = nameof(Vector128.Equals),
        ["Lt"] = nameof(Vector128.LessThan),
        ["Gt"] = nameof(Vector128.GreaterThan),
        ["Le"] = nameof(Vector128.LessThanOrEqual),
        ["Ge"] = nameof(Vector128.GreaterThanOrEqual),
        ["Min"] = nameof(Vector128.Min),
        ["Max"] = nameof(Vector128.Max),
        ["AddSat"] = nameof(Vector128.AddSaturate),
        ["SubSat"] = nameof(Vector128.SubtractSaturate),
        ["Bitmask"] = nameof(Vector128.ExtractMostSignificantBits),
        ["Splat"] = nameof(Vector128.Create),
        ["ExtractLane"] = nameof(Vector128.GetElement),
        ["ReplaceLane"] = nameof(Vector128.WithElement),
        ["ExtendLow"] = nameof(Vector128.WidenLower),
        ["ExtendHigh"] = nameof(Vector128.WidenUpper),
        ["Not"] = "op_OnesComplement",
        ["And"] = "op_BitwiseAnd",
        ["Andnot"] = nameof(Vector128.AndNot),
        ["Or"] = "op_BitwiseOr",
        ["Xor"] = "op_ExclusiveOr",
        ["Bitselect"] = nameof(Vector128.ConditionalSelect),
    };

    private static readonly MethodInfo Zero = typeof(Vector128<byte>).GetProperty(nameof(Vector128<>.Zero))!.GetMethod!;
    private static readonly MethodInfo CreateFromHalves = typeof(Vector128).GetMethod(nameof(Vector128.Create), [typeof(ulong), typeof(ulong)])!;
    private static readonly MethodInfo Complement = Operator("op_OnesComplement", typeof(byte), 1);
    private static readonly MethodInfo?[] Methods = new MethodInfo?[(int)Opcode.I32x4RelaxedDotI8x16I7x16AddS - VectorInstructionDecoder.Prefix + 1];

    public static void Emit(ILGenerator il, Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.I8x16Splat or Opcode.I8x16ReplaceLane:
                il.Emit(OpCodes.Conv_I1);
                break;
            case Opcode.I16x8Splat or Opcode.I16x8ReplaceLane:
                il.Emit(OpCodes.Conv_I2);
                break;
            case >= Opcode.I8x16Shl and <= Opcode.I8x16ShrU:
                EmitMask(il, 7);
                break;
            case >= Opcode.I16x8Shl and <= Opcode.I16x8ShrU:
                EmitMask(il, 15);
                break;
            case >= Opcode.I32x4Shl and <= Opcode.I32x4ShrU:
                EmitMask(il, 31);
                break;
            case >= Opcode.I64x2Shl and <= Opcode.I64x2ShrU:
                EmitMask(il, 63);
                break;
        }

        il.Emit(OpCodes.Call, Methods[(int)opcode - VectorInstructionDecoder.Prefix] ??= Find(opcode));
        if (opcode is Opcode.I8x16Ne or Opcode.I16x8Ne or Opcode.I32x4Ne or Opcode.I64x2Ne or Opcode.F32x4Ne or Opcode.F64x2Ne)
        {
            il.Emit(OpCodes.Call, Complement);
        }
    }

    public static void EmitConstant(ILGenerator il, Vector128<byte> value)
    {
        if (value == Vector128<byte>.Zero)
        {
            il.Emit(OpCodes.Call, Zero);
            return;
        }

        il.Emit(OpCodes.Ldc_I8, value.AsInt64()[0]);
        il.Emit(OpCodes.Ldc_I8, value.AsInt64()[1]);
        il.Emit(OpCodes.Call, CreateFromHalves);
    }

    /// <summary>Loads from the address on the stack.</summary>
    public static void EmitLoad(ILGenerator il, Opcode opcode)
    {
        switch (opcode)
        {
            case Opcode.V128Load:
                EmitLoadWhole(il);
                break;
            case >= Opcode.V128Load8x8S and <= Opcode.V128Load32x2U:
                var lane = opcode switch
                {
                    Opcode.V128Load8x8S => typeof(sbyte),
                    Opcode.V128Load8x8U => typeof(byte),
                    Opcode.V128Load16x4S => typeof(short),
                    Opcode.V128Load16x4U => typeof(ushort),
                    Opcode.V128Load32x2S => typeof(int),
                    _ => typeof(uint),
                };
                il.Emit(OpCodes.Ldind_I8);
                il.Emit(OpCodes.Call, Function(nameof(Vector128.CreateScalarUnsafe), typeof(long), 1));
                il.Emit(OpCodes.Call, Function(nameof(Vector128.WidenLower), lane, 1));
                break;
            case Opcode.V128Load8Splat:
                il.Emit(OpCodes.Ldind_I1);
                il.Emit(OpCodes.Call, Function(nameof(Vector128.Create), typeof(sbyte), 1));
                break;
            case Opcode.V128Load16Splat:
                il.Emit(OpCodes.Ldind_I2);
                il.Emit(OpCodes.Call, Function(nameof(Vector128.Create), typeof(short), 1));
                break;
            case Opcode.V128Load32Splat or Opcode.V128Load32Zero:
                il.Emit(OpCodes.Ldind_I4);
                il.Emit(OpCodes.Call, Function(opcode == Opcode.V128Load32Zero ? nameof(Vector128.CreateScalar) : nameof(Vector128.Create), typeof(int), 1));
                break;
            default:
                il.Emit(OpCodes.Ldind_I8);
                il.Emit(OpCodes.Call, Function(opcode == Opcode.V128Load64Zero ? nameof(Vector128.CreateScalar) : nameof(Vector128.Create), typeof(long), 1));
                break;
        }
    }

    public static void EmitLoadWhole(ILGenerator il)
    {
        il.Emit(OpCodes.Unaligned, (byte)1);
        il.Emit(OpCodes.Ldobj, typeof(Vector128<byte>));
    }

    /// <summary>Stores the vector on the stack at the address below it.</summary>
    public static void EmitStoreWhole(ILGenerator il)
    {
        il.Emit(OpCodes.Unaligned, (byte)1);
        il.Emit(OpCodes.Stobj, typeof(Vector128<byte>));
    }

    /// <summary>The operation of <see cref="Vector128"/> on lanes of a type; overloads differ in their first parameter.</summary>
    public static MethodInfo Function(string name, Type lane, int parameters)
    {
        var vector = typeof(Vector128<>).MakeGenericType(lane);
        MethodInfo? generic = null;
        foreach (var method in typeof(Vector128).GetMethods(BindingFlags.Public | BindingFlags.Static))
        {
            if (method.Name != name || method.GetParameters() is not { } signature || signature.Length != parameters)
            {
                continue;
            }

            if (method.IsGenericMethodDefinition)
            {
                generic = method.GetGenericArguments().Length == 1 ? method : generic;
            }
            else if (signature[0].ParameterType == vector || signature[0].ParameterType == lane)
            {
                return method;
            }
        }

        return generic?.MakeGenericMethod(lane) ?? throw new MissingMethodException(nameof(Vector128), name);
    }

    private static MethodInfo Find(Opcode opcode)
    {
        // Deterministic choices: each relaxed instruction is the strict one of its name.
        var name = opcode.ToString().Replace("RelaxedTrunc", "TruncSat", StringComparison.Ordinal);
        if ((VectorMath.Find(name) ?? VectorMath.Find(name = name.Replace("RelaxedQ15mulrS", "Q15mulrSatS", StringComparison.Ordinal).Replace("Relaxed", "", StringComparison.Ordinal))) is { } method)
        {
            return method;
        }

        if (name.StartsWith("V128", StringComparison.Ordinal) || name.EndsWith("Laneselect", StringComparison.Ordinal))
        {
            name = $"I8x16{(name.StartsWith('V') ? name[4..] : "Bitselect")}U";
        }

        var shape = name[..ShapeLength];
        var operation = name[ShapeLength..];
        var isUnsigned = operation.EndsWith('U');
        if (operation.StartsWith("Extend", StringComparison.Ordinal))
        {
            // The lanes of an extension are those of the shape that it takes.
            shape = operation[^(ShapeLength + 1)..^1];
            operation = operation[..^(ShapeLength + 1)];
        }
        else if (operation[^1] is 'S' or 'U')
        {
            operation = operation[..^1];
        }

        var lane = Lane(shape, isUnsigned);
        var target = Operations[operation];
        var parameters = operation switch
        {
            "Neg" or "Not" or "Abs" or "Sqrt" or "Ceil" or "Floor" or "Trunc" or "Nearest" or "Bitmask" or "Splat" or "ExtendLow" or "ExtendHigh" => 1,
            "ReplaceLane" or "Bitselect" => 3,
            _ => 2,
        };
        return target.StartsWith("op_", StringComparison.Ordinal) ? Operator(target, lane, parameters) : Function(target, lane, parameters);
    }

    private static Type Lane(string shape, bool isUnsigned) => (shape, isUnsigned) switch
    {
        ("I8x16", false) => typeof(sbyte),
        ("I8x16", true) => typeof(byte),
        ("I16x8", false) => typeof(short),
        ("I16x8", true) => typeof(ushort),
        ("I32x4", false) => typeof(int),
        ("I32x4", true) => typeof(uint),
        ("I64x2", false) => typeof(long),
        ("I64x2", true) => typeof(ulong),
        ("F32x4", _) => typeof(float),
        _ => typeof(double),
    };

    private static MethodInfo Operator(string name, Type lane, int parameters)
    {
        var vector = typeof(Vector128<>).MakeGenericType(lane);
        return vector.GetMethod(name, name.EndsWith("Shift", StringComparison.Ordinal) ? [vector, typeof(int)] : [.. Enumerable.Repeat(vector, parameters)])!;
    }

    private static void EmitMask(ILGenerator il, int mask)
    {
        il.Emit(OpCodes.Ldc_I4_S, (sbyte)mask);
        il.Emit(OpCodes.And);
    }
}
