using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Validation;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Fuzz.Generation;

/// <summary>
/// Writes expressions of a wanted type. A NaN's sign and payload may differ from engine to engine, so wherever they could be seen the
/// one canonical NaN is put in its place.
/// </summary>
internal sealed class ExpressionGenerator(ModuleShape shape, int function, Random random, CodeWriter code, IReadOnlyList<ValueType> locals)
{
    // What relaxed instructions give may differ from engine to engine.
    private static readonly ILookup<ValueType, (Opcode Opcode, ValueType[] Parameters)> Operations = Enum.GetValues<Opcode>()
        .Where(opcode => opcode < Opcode.I8x16RelaxedSwizzle)
        .Select(opcode => (Opcode: opcode, Signature: InstructionTable.Signature(opcode)))
        .Where(entry => entry.Signature is not null && IsNumber(entry.Signature.Result) && entry.Signature.Parameters.All(IsNumber))
        .ToLookup(entry => entry.Signature!.Result, entry => (entry.Opcode, entry.Signature!.Parameters));

    private static readonly ILookup<ValueType, (Opcode Opcode, int Alignment)> Loads = Enum.GetValues<Opcode>()
        .Select(opcode => (Opcode: opcode, Access: InstructionTable.Access(opcode)))
        .Where(entry => entry.Access is { IsStore: false } access && IsNumber(access.Value))
        .ToLookup(entry => entry.Access!.Value, entry => (entry.Opcode, entry.Access!.NaturalAlignment));

    private static readonly double[] InterestingFloats =
        [0, -0.0, 1, -1, 0.5, 1.5, 2.5, -2.5, 1e10, -1e10, 2147483647, 4294967296, 9.3e18, 1.9e19, 1e-310, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, float.MaxValue];

    private static readonly long[] InterestingIntegers =
        [0, 1, -1, 2, 7, 31, 32, 63, 64, 127, 128, 255, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];

    /// <summary>The locals that every function has behind its others, for a value that is looked at twice.</summary>
    public static ValueType[] Scratch { get; } = [ValueType.F32, ValueType.F64, ValueType.V128];

    public void Write(ValueType type, int depth)
    {
        if (depth <= 0)
        {
            WriteLeaf(type);
            return;
        }

        switch (random.Next(18))
        {
            case 0:
                WriteLeaf(type);
                break;
            case 1 or 2:
                WriteLoad(type, depth);
                break;
            case 3:
                Write(type, depth - 1);
                Write(type, depth - 1);
                Write(ValueType.I32, depth - 1);
                code.Op(Opcode.Select);
                break;
            case 4:
                Write(ValueType.I32, depth - 1);
                code.Open(Opcode.If, type);
                Write(type, depth - 1);
                code.Op(Opcode.Else);
                Write(type, depth - 1);
                code.End();
                break;
            case 5:
                code.Open(Opcode.Block, type);
                Write(type, depth - 1);
                Write(ValueType.I32, depth - 1);
                code.Op(Opcode.BrIf, 0).Op(Opcode.Drop);
                Write(type, depth - 1);
                code.End();
                break;
            case 6 when LocalOf(type) is { } local:
                Write(type, depth - 1);
                code.Op(Opcode.LocalTee, local);
                break;
            case 7 when CalleeOf(callee => callee.Results is [var result] && result == type) is { } callee:
                WriteCall(callee, depth);
                break;
            case 8 when type == ValueType.I32:
                WriteQuestion();
                break;
            case 9 or 10 when shape.Allows(ValueType.V128):
                WriteLane(type, depth);
                break;
            default:
                WriteOperation(type, depth);
                break;
        }
    }

    /// <summary>Puts the canonical NaN in place of any NaN on the stack; numbers of other types stay as they are.</summary>
    public void WriteCanonical(ValueType type, int depth)
    {
        Write(type, depth);
        Canonicalise(type);
    }

    public void Canonicalise(ValueType type)
    {
        if (type is not (ValueType.F32 or ValueType.F64))
        {
            return;
        }

        var scratch = (uint)(locals.Count + Array.IndexOf(Scratch, type));
        code.Op(Opcode.LocalSet, scratch);
        code.Op(Opcode.LocalGet, scratch);
        code.Const(type, type == ValueType.F32 ? 0x7FC0_0000 : 0x7FF8_0000_0000_0000);
        code.Op(Opcode.LocalGet, scratch).Op(Opcode.LocalGet, scratch);
        code.Op(type == ValueType.F32 ? Opcode.F32Eq : Opcode.F64Eq).Op(Opcode.Select);
    }

    /// <summary>The same for the lanes of a vector of floats.</summary>
    private void CanonicaliseLanes(bool is64)
    {
        var scratch = (uint)(locals.Count + Array.IndexOf(Scratch, ValueType.V128));
        code.Op(Opcode.LocalSet, scratch);
        code.Op(Opcode.LocalGet, scratch);
        code.Const(ValueType.V128, is64 ? 0x7FF8_0000_0000_0000 : 0x7FC0_0000_7FC0_0000);
        code.Op(Opcode.LocalGet, scratch).Op(Opcode.LocalGet, scratch);
        code.Op(is64 ? Opcode.F64x2Eq : Opcode.F32x4Eq).Op(Opcode.V128Bitselect);
    }

    /// <summary>A call with fitting arguments, direct or through the table; its results lie on the stack.</summary>
    public void WriteCall(int callee, int depth)
    {
        foreach (var parameter in shape.Functions[callee].Parameters)
        {
            Write(parameter, depth - 1);
        }

        if (random.Next(3) > 0)
        {
            code.Op(Opcode.Call, (uint)callee);
            return;
        }

        // Mostly the function itself; else any element, which may be null or of another type.
        if (random.Next(40) > 0)
        {
            code.I32(callee);
        }
        else
        {
            code.I32(random.Next(shape.TableSize + 1));
        }

        code.Op(Opcode.CallIndirect, (uint)callee, 0);
    }

    /// <summary>A function to call: mostly one behind the caller, so that there are few recursions.</summary>
    public int? CalleeOf(Func<FunctionType, bool> condition)
    {
        var first = random.Next(30) == 0 ? 0 : function + 1;
        var fitting = Enumerable.Range(0, shape.Functions.Count).Where(index => index >= first && condition(shape.Functions[index])).ToArray();
        return fitting.Length == 0 ? null : Choose(fitting);
    }

    /// <summary>
    /// An address: mostly one from which no access leaves the first page. Guard pages notice an access across the very end of the memory
    /// only when the just-in-time compiler has not shortened it (see RATIONALE.md), so that hardly any is made here.
    /// </summary>
    public void WriteAddress(int depth)
    {
        Write(ValueType.I32, depth);
        if (random.Next(200) > 0)
        {
            code.I32(0xFFC0).Op(Opcode.I32And);
        }
    }

    public void WriteLeaf(ValueType type)
    {
        if (random.Next(2) == 0 && LocalOf(type) is { } local)
        {
            code.Op(Opcode.LocalGet, local);
        }
        else if (random.Next(3) == 0 && GlobalOf(type) is { } global)
        {
            code.Op(Opcode.GlobalGet, global);
        }
        else
        {
            code.Const(type, Bits(type));
        }
    }

    public uint? LocalOf(ValueType type) => AnyOf(locals, type, 0);

    public uint? GlobalOf(ValueType type) => AnyOf(shape.Globals, type, (int)ModuleShape.FuelGlobal + 1);

    private static bool IsNumber(ValueType type) => type is ValueType.I32 or ValueType.I64 or ValueType.F32 or ValueType.F64 or ValueType.V128;

    private uint? AnyOf(IReadOnlyList<ValueType> types, ValueType type, int first)
    {
        var fitting = Enumerable.Range(first, types.Count - first).Where(index => types[index] == type).ToArray();
        return fitting.Length == 0 ? null : (uint)fitting[random.Next(fitting.Length)];
    }

    private long Bits(ValueType type)
    {
        var isRandom = random.Next(4) == 0;
        var number = InterestingFloats[random.Next(InterestingFloats.Length)];
        return type switch
        {
            ValueType.F32 => isRandom ? random.Next() : BitConverter.SingleToUInt32Bits((float)number),
            ValueType.F64 => isRandom ? random.NextInt64() : BitConverter.DoubleToInt64Bits(number),
            _ => isRandom ? random.NextInt64(long.MinValue, long.MaxValue) : InterestingIntegers[random.Next(InterestingIntegers.Length)],
        };
    }

    private void WriteLoad(ValueType type, int depth)
    {
        var (opcode, alignment) = Choose(Loads[type].ToArray());
        WriteAddress(depth - 1);
        code.Op(opcode, (uint)random.Next(alignment + 1), random.Next(200) == 0 ? (uint)random.Next(70_000) : (uint)random.Next(8));
    }

    private void WriteQuestion()
    {
        switch (random.Next(4))
        {
            case 0:
                code.Op(Opcode.MemorySize, 0);
                break;
            case 1:
                code.Op(Opcode.TableSize, 0);
                break;
            case 2:
                code.I32(random.Next(shape.TableSize)).Op(Opcode.TableGet, 0).Op(Opcode.RefIsNull);
                break;
            default:
                code.I32(random.Next(3)).Op(Opcode.MemoryGrow, 0);
                break;
        }
    }

    private void WriteOperation(ValueType type, int depth)
    {
        var (opcode, parameters) = Choose(Operations[type].Where(operation => operation.Parameters.All(shape.Allows)).ToArray());
        if (MayTrapOnMost(opcode) && random.Next(60) > 0)
        {
            WriteLeaf(type);
            return;
        }

        var showsBits = opcode is Opcode.I32ReinterpretF32 or Opcode.I64ReinterpretF64;
        for (var i = 0; i < parameters.Length; i++)
        {
            Write(parameters[i], depth - 1);
            if (showsBits || opcode >= Opcode.V128Load || (i == 1 && opcode is Opcode.F32Copysign or Opcode.F64Copysign))
            {
                Canonicalise(parameters[i]);
            }
        }

        if (IsDivision(opcode) && random.Next(100) > 0)
        {
            code.Const(type, 1).Op(type == ValueType.I32 ? Opcode.I32Or : Opcode.I64Or);
        }

        code.Op(opcode);
        var name = opcode.ToString();
        if (type == ValueType.V128 && (name.StartsWith("F32x4", StringComparison.Ordinal) || name.StartsWith("F64x2", StringComparison.Ordinal)))
        {
            CanonicaliseLanes(name.StartsWith("F64x2", StringComparison.Ordinal));
        }
    }

    /// <summary>A lane of a vector, or a vector with other lanes.</summary>
    private void WriteLane(ValueType type, int depth)
    {
        Write(ValueType.V128, depth - 1);
        switch (type)
        {
            case ValueType.I32:
                code.Op(Opcode.I8x16ExtractLaneS + random.Next(2)).Bytes.Add((byte)random.Next(16));
                break;
            case ValueType.I64:
                code.Op(Opcode.I64x2ExtractLane).Bytes.Add((byte)random.Next(2));
                break;
            case ValueType.F32:
                code.Op(Opcode.F32x4ExtractLane).Bytes.Add((byte)random.Next(4));
                break;
            case ValueType.F64:
                code.Op(Opcode.F64x2ExtractLane).Bytes.Add((byte)random.Next(2));
                break;
            default:
                WriteReplacedLanes(depth);
                break;
        }
    }

    private void WriteReplacedLanes(int depth)
    {
        if (random.Next(3) == 0)
        {
            Write(ValueType.V128, depth - 1);
            code.Op(Opcode.I8x16Shuffle).Bytes.AddRange(Enumerable.Range(0, 16).Select(_ => (byte)random.Next(32)));
            return;
        }

        var (opcode, lane, lanes) = Choose<(Opcode, ValueType, int)>(
            [(Opcode.I8x16ReplaceLane, ValueType.I32, 16), (Opcode.I16x8ReplaceLane, ValueType.I32, 8), (Opcode.I32x4ReplaceLane, ValueType.I32, 4),
             (Opcode.I64x2ReplaceLane, ValueType.I64, 2), (Opcode.F32x4ReplaceLane, ValueType.F32, 4), (Opcode.F64x2ReplaceLane, ValueType.F64, 2)]);
        WriteCanonical(lane, depth - 1);
        code.Op(opcode).Bytes.Add((byte)random.Next(lanes));
    }

    private static bool MayTrapOnMost(Opcode opcode) =>
        opcode is >= Opcode.I32TruncF32S and <= Opcode.I32TruncF64U or >= Opcode.I64TruncF32S and <= Opcode.I64TruncF64U;

    private static bool IsDivision(Opcode opcode) =>
        opcode is >= Opcode.I32DivS and <= Opcode.I32RemU or >= Opcode.I64DivS and <= Opcode.I64RemU;

    private T Choose<T>(T[] all) => all[random.Next(all.Length)];
}
