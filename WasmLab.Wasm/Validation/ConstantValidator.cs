using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Validation;

/// <summary>Validates a constant expression: which instructions it has, and that it gives one value of the type that is wanted.</summary>
internal sealed class ConstantValidator(ModuleDefinition module, bool[] declaredFunctions)
{
    private readonly List<ValueType> _stack = [];

    public void Validate(ConstantExpression expression, ValueType expected, string section)
    {
        var reader = module.Reader(expression.Start, expression.End, section);
        _stack.Clear();
        while (true)
        {
            InstructionDecoder.Read(ref reader, out var instruction);
            if (instruction.Opcode == Opcode.End)
            {
                break;
            }

            _stack.Add(TypeOf(in instruction, in reader));
        }

        if (_stack.Count != 1)
        {
            throw reader.Invalid($"type mismatch: a constant expression gives one value, not {_stack.Count}", expression.Start);
        }

        if (_stack[0] != expected)
        {
            throw reader.Invalid($"type mismatch: expected {expected.Name()}, found {_stack[0].Name()}", expression.Start);
        }
    }

    private ValueType TypeOf(in Instruction instruction, in WasmReader reader)
    {
        switch (instruction.Opcode)
        {
            case Opcode.I32Const:
                return ValueType.I32;
            case Opcode.I64Const:
                return ValueType.I64;
            case Opcode.F32Const:
                return ValueType.F32;
            case Opcode.F64Const:
                return ValueType.F64;
            case Opcode.V128Const:
                return ValueType.V128;
            case Opcode.RefNull:
                return (ValueType)instruction.First;
            case Opcode.RefFunc:
                if (instruction.First >= module.Functions.Count)
                {
                    throw reader.Invalid($"unknown function {instruction.First}", instruction.Offset);
                }

                declaredFunctions[instruction.First] = true;
                return ValueType.FuncRef;
            case Opcode.GlobalGet:
                return TypeOfGlobal(in instruction, in reader);
            case Opcode.I32Add or Opcode.I32Sub or Opcode.I32Mul:
                return Combine(ValueType.I32, in instruction, in reader);
            case Opcode.I64Add or Opcode.I64Sub or Opcode.I64Mul:
                return Combine(ValueType.I64, in instruction, in reader);
            default:
                throw reader.Invalid("constant expression required", instruction.Offset);
        }
    }

    private ValueType TypeOfGlobal(in Instruction instruction, in WasmReader reader)
    {
        if (instruction.First >= module.ImportedGlobals)
        {
            throw reader.Invalid($"unknown global {instruction.First}", instruction.Offset);
        }

        var type = module.Globals[(int)instruction.First];
        return type.IsMutable ? throw reader.Invalid("constant expression required: the global is mutable", instruction.Offset) : type.Value;
    }

    private ValueType Combine(ValueType type, in Instruction instruction, in WasmReader reader)
    {
        if ((module.Features & WasmFeatures.ExtendedConstantExpressions) == 0)
        {
            throw reader.TurnedOff("constant expression required", WasmFeatures.ExtendedConstantExpressions, instruction.Offset);
        }

        for (var i = 0; i < 2; i++)
        {
            if (_stack.Count == 0 || _stack[^1] != type)
            {
                throw reader.Invalid($"type mismatch: expected {type.Name()}", instruction.Offset);
            }

            _stack.RemoveAt(_stack.Count - 1);
        }

        return type;
    }
}
