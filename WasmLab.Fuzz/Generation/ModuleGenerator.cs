using WasmLab.Fuzz.Mutation;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Fuzz.Generation;

/// <summary>
/// Writes valid modules that run to an end and whose outcome every engine must agree on: functions without parameters, whose results are
/// integers, and at last digests of the memory and the globals.
/// </summary>
internal sealed class ModuleGenerator
{
    private const int Fuel = 500;
    private const int CallsPerFunction = 2;

    private readonly Random _random;
    private readonly ModuleShape _shape;
    private readonly List<FunctionType> _types = [];
    private readonly List<(int Type, byte[] Body)> _functions = [];
    private readonly List<(string Name, int Function)> _exports = [];

    private ModuleGenerator(Random random, bool isComplete)
    {
        _random = random;
        _shape = new ModuleShape(random, isComplete);
    }

    /// <summary>Writes a module.</summary>
    /// <param name="random">Decides it.</param>
    /// <param name="isComplete">Whether there may be vectors and tail calls in it.</param>
    public static byte[] Generate(Random random, bool isComplete = true) => new ModuleGenerator(random, isComplete).Write();

    private byte[] Write()
    {
        // Of the generated functions each has the type of its own number, so that a call_indirect can name it.
        for (var i = 0; i < _shape.Functions.Count; i++)
        {
            _types.Add(_shape.Functions[i]);
            _functions.Add((i, FunctionGenerator.Generate(_shape, i, _random)));
        }

        for (var i = 0; i < _shape.Functions.Count * CallsPerFunction; i++)
        {
            AddExport($"call{i}", CallOf(i / CallsPerFunction));
        }

        AddExport("memory", DigestOfMemory());
        AddExport("globals", DigestOfGlobals());
        return Sections().Write();
    }

    private void AddExport(string name, (FunctionType Type, byte[] Body) function)
    {
        _types.Add(function.Type);
        _functions.Add((_types.Count - 1, function.Body));
        _exports.Add((name, _functions.Count - 1));
    }

    /// <summary>Fills the fuel, calls a function with constants, and turns its results into integers.</summary>
    private (FunctionType Type, byte[] Body) CallOf(int function)
    {
        var type = _shape.Functions[function];
        var code = new CodeWriter().I32(Fuel).Op(Opcode.GlobalSet, ModuleShape.FuelGlobal);
        var expressions = new ExpressionGenerator(_shape, _shape.Functions.Count, _random, code, type.Results);
        foreach (var parameter in type.Parameters)
        {
            expressions.Write(parameter, 0);
        }

        code.Op(Opcode.Call, (uint)function);
        for (var i = type.Results.Count - 1; i >= 0; i--)
        {
            code.Op(Opcode.LocalSet, (uint)i);
        }

        for (var i = 0; i < type.Results.Count; i++)
        {
            WriteAsIntegers(Opcode.LocalGet, (uint)i, code, expressions, type.Results[i]);
        }

        return (new FunctionType([], [.. type.Results.SelectMany(IntegersOf)]), Body([.. type.Results, .. ExpressionGenerator.Scratch.Where(_shape.Allows)], code));
    }

    private static (FunctionType Type, byte[] Body) DigestOfMemory()
    {
        const uint Address = 0, Digest = 1;
        var code = new CodeWriter().Open(Opcode.Loop)
            .Op(Opcode.LocalGet, Digest).Const(ValueType.I64, 0x0000_0100_0000_01B3).Op(Opcode.I64Mul)
            .Op(Opcode.LocalGet, Address).Op(Opcode.I64Load, 3, 0).Op(Opcode.I64Xor).Op(Opcode.LocalSet, Digest)
            .Op(Opcode.LocalGet, Address).I32(8).Op(Opcode.I32Add).Op(Opcode.LocalSet, Address)
            .Op(Opcode.LocalGet, Address).I32(65_536).Op(Opcode.I32LtU).Op(Opcode.BrIf, 0).End()
            .Op(Opcode.LocalGet, Digest).Op(Opcode.MemorySize, 0);
        return (new FunctionType([], [ValueType.I64, ValueType.I32]), Body([ValueType.I32, ValueType.I64], code));
    }

    private (FunctionType Type, byte[] Body) DigestOfGlobals()
    {
        var code = new CodeWriter();
        var expressions = new ExpressionGenerator(_shape, _shape.Functions.Count, _random, code, []);
        for (var i = 1; i < _shape.Globals.Length; i++)
        {
            WriteAsIntegers(Opcode.GlobalGet, (uint)i, code, expressions, _shape.Globals[i]);
        }

        return (new FunctionType([], [.. _shape.Globals.Skip(1).SelectMany(IntegersOf)]), Body([.. ExpressionGenerator.Scratch.Where(_shape.Allows)], code));
    }

    private static void WriteAsIntegers(Opcode get, uint index, CodeWriter code, ExpressionGenerator expressions, ValueType type)
    {
        code.Op(get, index);
        if (type == ValueType.V128)
        {
            code.Op(Opcode.I64x2ExtractLane).Bytes.Add(0);
            code.Op(get, index).Op(Opcode.I64x2ExtractLane).Bytes.Add(1);
        }

        expressions.Canonicalise(type);
        if (type is ValueType.F32 or ValueType.F64)
        {
            code.Op(type == ValueType.F32 ? Opcode.I32ReinterpretF32 : Opcode.I64ReinterpretF64);
        }
    }

    private static ValueType[] IntegersOf(ValueType type) => type switch
    {
        ValueType.V128 => [ValueType.I64, ValueType.I64],
        ValueType.I32 or ValueType.F32 => [ValueType.I32],
        _ => [ValueType.I64],
    };

    private static byte[] Body(ValueType[] locals, CodeWriter code)
    {
        List<byte> body = [];
        Leb128.WriteUnsigned(body, (ulong)locals.Length);
        return [.. body, .. locals.SelectMany(local => new byte[] { 1, (byte)local }), .. code.End().Bytes];
    }

    private ModuleSections Sections()
    {
        var module = new ModuleSections();
        module.Sections.Add((1, Binary.Vector(_types.Select(Binary.Type))));
        module.Sections.Add((3, Binary.Vector(_functions.Select(function => Binary.Number(function.Type)))));
        module.Sections.Add((4, Binary.Vector([[(byte)ValueType.FuncRef, 0, .. Binary.Number(_shape.TableSize)]])));
        module.Sections.Add((5, Binary.Vector([[1, .. Binary.Number(_shape.MemoryPages), .. Binary.Number(_shape.MemoryPages + 2)]])));
        module.Sections.Add((6, Binary.Vector(_shape.Globals.Select(global => (byte[])[(byte)global, 1, .. new CodeWriter().Const(global, 0).End().Bytes]))));
        module.Sections.Add((7, Binary.Vector(_exports.Select(export => (byte[])
            [.. Binary.Name(export.Name), 0, .. Binary.Number(export.Function)]))));
        module.Sections.Add((9, Binary.Vector([[0, .. new CodeWriter().I32(0).End().Bytes, .. Binary.Vector(_shape.Functions.Select((_, i) => Binary.Number(i)))]])));
        module.Sections.Add((10, FunctionBodies.Write([.. _functions.Select(function => function.Body)])));
        var data = new byte[_random.Next(1, 200)];
        _random.NextBytes(data);
        module.Sections.Add((11, Binary.Vector([[0, .. new CodeWriter().I32(_random.Next(60_000)).End().Bytes, .. Binary.Number(data.Length), .. data]])));
        return module;
    }
}
