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
    private static readonly ILookup<ValueType, (Opcode Opcode, ValueType[] Parameters)> Operations = Enumerable.Range(0, 0x10000)
        .Where(number => number <= byte.MaxValue || number >> 8 == 0xFC)
        .Select(number => (Opcode: (Opcode)number, Signature: InstructionTable.Signature((Opcode)number)))
        .Where(entry => entry.Signature is not null && IsNumber(entry.Signature.Result) && entry.Signature.Parameters.All(IsNumber))
        .ToLookup(entry => entry.Signature!.Result, entry => (entry.Opcode, entry.Signature!.Parameters));

    private static readonly ILookup<ValueType, (Opcode Opcode, int Alignment)> Loads = Enumerable.Range(0, 256)
        .Select(number => (Opcode: (Opcode)number, Access: InstructionTable.Access((Opcode)number)))
        .Where(entry => entry.Access is { IsStore: false } access && IsNumber(access.Value))
        .ToLookup(entry => entry.Access!.Value, entry => (entry.Opcode, entry.Access!.NaturalAlignment));

    private static readonly double[] InterestingFloats =
        [0, -0.0, 1, -1, 0.5, 1.5, 2.5, -2.5, 1e10, -1e10, 2147483647, 4294967296, 9.3e18, 1.9e19, 1e-310, double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.Epsilon, float.MaxValue];

    private static readonly long[] InterestingIntegers =
        [0, 1, -1, 2, 7, 31, 32, 63, 64, 127, 128, 255, 65535, 65536, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];

    public void Write(ValueType type, int depth)
    {
        if (depth <= 0)
        {
            WriteLeaf(type);
            return;
        }

        switch (random.Next(16))
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

        // Every function ends with one local of each float type for this.
        var scratch = (uint)(type == ValueType.F32 ? locals.Count : locals.Count + 1);
        code.Op(Opcode.LocalSet, scratch);
        code.Op(Opcode.LocalGet, scratch);
        code.Const(type, type == ValueType.F32 ? 0x7FC0_0000 : 0x7FF8_0000_0000_0000);
        code.Op(Opcode.LocalGet, scratch).Op(Opcode.LocalGet, scratch);
        code.Op(type == ValueType.F32 ? Opcode.F32Eq : Opcode.F64Eq).Op(Opcode.Select);
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

    /// <summary>An address: mostly within the first page.</summary>
    public void WriteAddress(int depth)
    {
        Write(ValueType.I32, depth);
        if (random.Next(200) > 0)
        {
            code.I32(0xFFF8).Op(Opcode.I32And);
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

    private static bool IsNumber(ValueType type) => type is ValueType.I32 or ValueType.I64 or ValueType.F32 or ValueType.F64;

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
        var (opcode, parameters) = Choose(Operations[type].ToArray());
        if (MayTrapOnMost(opcode) && random.Next(60) > 0)
        {
            WriteLeaf(type);
            return;
        }

        var showsBits = opcode is Opcode.I32ReinterpretF32 or Opcode.I64ReinterpretF64;
        for (var i = 0; i < parameters.Length; i++)
        {
            Write(parameters[i], depth - 1);
            if (showsBits || (i == 1 && opcode is Opcode.F32Copysign or Opcode.F64Copysign))
            {
                Canonicalise(parameters[i]);
            }
        }

        if (IsDivision(opcode) && random.Next(100) > 0)
        {
            code.Const(type, 1).Op(type == ValueType.I32 ? Opcode.I32Or : Opcode.I64Or);
        }

        code.Op(opcode);
    }

    private static bool MayTrapOnMost(Opcode opcode) =>
        opcode is >= Opcode.I32TruncF32S and <= Opcode.I32TruncF64U or >= Opcode.I64TruncF32S and <= Opcode.I64TruncF64U;

    private static bool IsDivision(Opcode opcode) =>
        opcode is >= Opcode.I32DivS and <= Opcode.I32RemU or >= Opcode.I64DivS and <= Opcode.I64RemU;

    private T Choose<T>(T[] all) => all[random.Next(all.Length)];
}
