using WasmLab.Fuzz.Mutation;
using WasmLab.Wasm;
using WasmLab.Wasm.Binary;
using WasmLab.Wasm.Validation;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Fuzz.Generation;

/// <summary>
/// Writes a function's body: statements, then its results. It ends, because every call and every iteration uses up some of a fuel that the
/// module counts itself, in a global, and traps without.
/// </summary>
internal sealed class FunctionGenerator
{
    private const int MaxDepth = 3;

    private static readonly (Opcode Opcode, MemoryAccess Access)[] Stores =
    [
        .. Enum.GetValues<Opcode>()
            .Select(opcode => (opcode, InstructionTable.Access(opcode)!))
            .Where(entry => entry.Item2 is { IsStore: true }),
    ];

    private readonly ModuleShape _shape;
    private readonly Random _random;
    private readonly CodeWriter _code = new();
    private readonly ExpressionGenerator _expressions;
    private readonly List<ValueType> _locals;
    private readonly FunctionType _type;

    // The blocks around the code being written, innermost last, none of which takes values: whether each is a loop.
    private readonly List<bool> _labels = [];

    private FunctionGenerator(ModuleShape shape, int function, Random random)
    {
        var type = shape.Functions[function];
        (_shape, _type, _random) = (shape, type, random);
        _locals = [.. type.Parameters];
        for (var i = random.Next(1, 6); i > 0; i--)
        {
            _locals.Add(shape.Number(random));
        }

        _expressions = new ExpressionGenerator(shape, function, random, _code, _locals);
    }

    /// <summary>A body as the code section holds it.</summary>
    public static byte[] Generate(ModuleShape shape, int function, Random random)
    {
        var generator = new FunctionGenerator(shape, function, random);
        generator.BurnFuel();
        for (var i = random.Next(1, 7); i > 0; i--)
        {
            generator.WriteStatement(MaxDepth);
        }

        foreach (var result in shape.Functions[function].Results)
        {
            generator._expressions.Write(result, MaxDepth);
        }

        generator.WriteTailCall();
        generator._code.End();
        return generator.Body();
    }

    private void WriteTailCall()
    {
        if (!_shape.HasTailCalls || _random.Next(3) > 0 || _expressions.CalleeOf(callee => callee.Results.SequenceEqual(_type.Results)) is not { } callee)
        {
            return;
        }

        foreach (var parameter in _shape.Functions[callee].Parameters)
        {
            _expressions.Write(parameter, 1);
        }

        if (_random.Next(2) == 0)
        {
            _code.Op(Opcode.ReturnCall, (uint)callee);
        }
        else
        {
            _code.I32(callee).Op(Opcode.ReturnCallIndirect, (uint)callee, 0);
        }
    }

    private byte[] Body()
    {
        ValueType[] own = [.. _locals.Skip(_type.Parameters.Count), .. ExpressionGenerator.Scratch.Where(_shape.Allows)];
        List<byte> body = [];
        Leb128.WriteUnsigned(body, (ulong)own.Length);
        foreach (var local in own)
        {
            body.AddRange([1, (byte)local]);
        }

        body.AddRange(_code.Bytes);
        return [.. body];
    }

    private void BurnFuel() => _code
        .Op(Opcode.GlobalGet, ModuleShape.FuelGlobal).I32(1).Op(Opcode.I32Sub).Op(Opcode.GlobalSet, ModuleShape.FuelGlobal)
        .Op(Opcode.GlobalGet, ModuleShape.FuelGlobal).Op(Opcode.I32Eqz).Open(Opcode.If).Op(Opcode.Unreachable).End();

    private void WriteStatement(int depth)
    {
        switch (_random.Next(depth > 0 ? 16 : 6))
        {
            case 0 or 1:
                var local = _random.Next(_locals.Count);
                _expressions.Write(_locals[local], depth);
                _code.Op(Opcode.LocalSet, (uint)local);
                break;
            case 2 or 3:
                WriteStore(depth);
                break;
            case 4:
                var global = _random.Next((int)ModuleShape.FuelGlobal + 1, _shape.Globals.Length);
                _expressions.WriteCanonical(_shape.Globals[global], depth);
                _code.Op(Opcode.GlobalSet, (uint)global);
                break;
            case 5:
                _expressions.Write(_shape.Number(_random), depth);
                _code.Op(Opcode.Drop);
                break;
            case 6 or 7:
                _expressions.Write(ValueType.I32, depth - 1);
                WriteBlock(Opcode.If, depth);
                break;
            case 8:
                WriteBlock(Opcode.Block, depth);
                break;
            case 9 or 10:
                WriteBlock(Opcode.Loop, depth);
                break;
            case 11:
                WriteBranch(depth);
                break;
            case 12 or 13:
                WriteCall(depth);
                break;
            case 14:
                WriteBulk(depth);
                break;
            default:
                WriteTable();
                break;
        }
    }

    private void WriteBlock(Opcode opcode, int depth)
    {
        _code.Open(opcode);
        _labels.Add(opcode == Opcode.Loop);
        if (opcode == Opcode.Loop)
        {
            BurnFuel();
        }

        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            WriteStatement(depth - 1);
        }

        if (opcode == Opcode.If && _random.Next(2) == 0)
        {
            _code.Op(Opcode.Else);
            WriteStatement(depth - 1);
        }
        else if (opcode == Opcode.Loop)
        {
            WriteEventuallyFalse(depth - 1);
            _code.Op(Opcode.BrIf, 0);
        }

        _labels.RemoveAt(_labels.Count - 1);
        _code.End();
    }

    private void WriteBranch(int depth)
    {
        if (_labels.Count == 0)
        {
            return;
        }

        // Mostly out of a block, for a loop that goes on without a condition only uses up the fuel.
        uint Label()
        {
            var label = _random.Next(_labels.Count);
            var block = _labels.LastIndexOf(false);
            return (uint)(block < 0 || !_labels[label] || _random.Next(20) == 0 ? _labels.Count - 1 - label : _labels.Count - 1 - block);
        }

        switch (_random.Next(4))
        {
            case 0:
                _expressions.Write(ValueType.I32, depth - 1);
                _code.Op(Opcode.BrTable, 2, Label(), Label(), Label());
                break;
            case 1:
                _code.Op(Opcode.Br, Label());
                break;
            default:
                WriteEventuallyFalse(depth - 1);
                _code.Op(Opcode.BrIf, (uint)_random.Next(_labels.Count));
                return;
        }

        // What follows is never reached, and must be compiled all the same.
        if (_random.Next(2) == 0)
        {
            _code.Op(Opcode.I32Add).Op(Opcode.Drop);
        }
    }

    /// <summary>A condition that does not hold for ever where fuel is used up.</summary>
    private void WriteEventuallyFalse(int depth)
    {
        _expressions.Write(ValueType.I32, depth);
        _code.I32(0).Op(Opcode.I32Ne);
        _code.Op(Opcode.GlobalGet, ModuleShape.FuelGlobal).I32(_random.Next(1, 8)).Op(Opcode.I32And);
        _code.Op(_random.Next(2) == 0 ? Opcode.I32And : Opcode.I32Mul);
    }

    private void WriteCall(int depth)
    {
        if (_expressions.CalleeOf(_ => true) is not { } callee)
        {
            return;
        }

        _expressions.WriteCall(callee, depth);
        foreach (var result in _shape.Functions[callee].Results.Reverse())
        {
            if (_expressions.LocalOf(result) is { } local)
            {
                _code.Op(Opcode.LocalSet, local);
            }
            else
            {
                _code.Op(Opcode.Drop);
            }
        }
    }

    private void WriteStore(int depth)
    {
        var stores = Stores.Where(store => _shape.Allows(store.Access.Value)).ToArray();
        var (opcode, access) = stores[_random.Next(stores.Length)];
        _expressions.WriteAddress(depth);
        _expressions.WriteCanonical(access.Value, depth);
        _code.Op(opcode, (uint)_random.Next(access.NaturalAlignment + 1), (uint)_random.Next(16));
    }

    private void WriteBulk(int depth)
    {
        _expressions.WriteAddress(depth - 1);
        if (_random.Next(2) == 0)
        {
            _expressions.Write(ValueType.I32, depth - 1);
            _code.I32(_random.Next(300)).Op(Opcode.MemoryFill, 0);
        }
        else
        {
            _expressions.WriteAddress(depth - 1);
            _code.I32(_random.Next(300)).Op(Opcode.MemoryCopy, 0, 0);
        }
    }

    private void WriteTable()
    {
        _code.I32(_random.Next(_shape.TableSize + (_random.Next(40) == 0 ? 2 : 0)));
        if (_random.Next(2) == 0)
        {
            _code.Op(Opcode.RefFunc, (uint)_random.Next(_shape.Functions.Count));
        }
        else
        {
            _code.I32(_random.Next(_shape.TableSize)).Op(Opcode.TableGet, 0);
        }

        _code.Op(Opcode.TableSet, 0);
    }
}
