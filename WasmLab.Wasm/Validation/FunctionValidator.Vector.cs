using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Validation;

/// <summary>The vector instructions that have immediates.</summary>
internal sealed partial class FunctionValidator
{
    private void CheckVector(in Instruction instruction, in WasmReader reader)
    {
        var at = instruction.Offset;
        if (VectorInstructionTable.LaneAccess(instruction.Opcode) is { } access)
        {
            CheckLane(instruction.Lane, 16 >> access.NaturalAlignment, in reader, at);
            _stack.Pop(ValueType.V128, reader, at);
            CheckAddress(in instruction, access, in reader);
            if (!access.IsStore)
            {
                _stack.Push(ValueType.V128);
            }

            return;
        }

        switch (instruction.Opcode)
        {
            case Opcode.V128Const:
                _stack.Push(ValueType.V128);
                break;
            case Opcode.I8x16Shuffle:
                for (var i = 0; i < 16; i++)
                {
                    CheckLane(instruction.Vector[i], 32, in reader, at);
                }

                _stack.Pop(ValueType.V128, reader, at);
                _stack.Pop(ValueType.V128, reader, at);
                _stack.Push(ValueType.V128);
                break;
            default:
                var (type, count) = VectorInstructionTable.Lanes(instruction.Opcode);
                CheckLane(instruction.Lane, count, in reader, at);
                if (VectorInstructionTable.ReplacesLane(instruction.Opcode))
                {
                    _stack.Pop(type, reader, at);
                    _stack.Pop(ValueType.V128, reader, at);
                    _stack.Push(ValueType.V128);
                }
                else
                {
                    _stack.Pop(ValueType.V128, reader, at);
                    _stack.Push(type);
                }

                break;
        }
    }

    private static void CheckLane(int lane, int count, in WasmReader reader, int offset)
    {
        if (lane >= count)
        {
            throw reader.Invalid($"invalid lane index {lane}: there are {count}", offset);
        }
    }
}
