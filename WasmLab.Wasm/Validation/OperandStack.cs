using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Validation;

/// <summary>The stacks of the specification's validation algorithm: the types of the operands, and the open blocks.</summary>
internal sealed class OperandStack
{
    private ValueType[] _operands = new ValueType[64];
    private ControlFrame[] _frames = new ControlFrame[16];

    public int Height { get; private set; }

    public int Depth { get; private set; }

    public ref ControlFrame Top => ref _frames[Depth - 1];

    /// <summary>The frame that a label names: 0 is the innermost.</summary>
    public ref ControlFrame Label(int label) => ref _frames[Depth - 1 - label];

    public void Clear() => Height = Depth = 0;

    public void Push(ValueType type)
    {
        if (Height == _operands.Length)
        {
            var larger = new ValueType[Height * 2];
            Array.Copy(_operands, larger, Height);
            _operands = larger;
        }

        _operands[Height++] = type;
    }

    public void Push(IReadOnlyList<ValueType> types)
    {
        for (var i = 0; i < types.Count; i++)
        {
            Push(types[i]);
        }
    }

    public ValueType Pop(in WasmReader reader, int offset)
    {
        ref var frame = ref Top;
        if (Height > frame.Height)
        {
            return _operands[--Height];
        }

        return frame.Unreachable ? ValueType.None : throw reader.Invalid("type mismatch: the operand stack is empty", offset);
    }

    public ValueType Pop(ValueType expected, in WasmReader reader, int offset)
    {
        var actual = Pop(reader, offset);
        return actual == expected || actual == ValueType.None || expected == ValueType.None
            ? actual
            : throw reader.Invalid($"type mismatch: expected {expected.Name()}, found {actual.Name()}", offset);
    }

    public void Pop(IReadOnlyList<ValueType> expected, in WasmReader reader, int offset)
    {
        for (var i = expected.Count - 1; i >= 0; i--)
        {
            Pop(expected[i], reader, offset);
        }
    }

    /// <summary>Checks that these types lie on top of the stack, and leaves what lies there.</summary>
    public void Peek(IReadOnlyList<ValueType> expected, in WasmReader reader, int offset)
    {
        var frame = Top;
        for (var i = 0; i < expected.Count; i++)
        {
            var at = Height - 1 - i;
            if (at < frame.Height)
            {
                if (frame.Unreachable)
                {
                    return;
                }

                throw reader.Invalid("type mismatch: the operand stack has too few values", offset);
            }

            var (wanted, actual) = (expected[expected.Count - 1 - i], _operands[at]);
            if (actual != wanted && actual != ValueType.None)
            {
                throw reader.Invalid($"type mismatch: expected {wanted.Name()}, found {actual.Name()}", offset);
            }
        }
    }

    public void PushFrame(Opcode opcode, IReadOnlyList<ValueType> parameters, IReadOnlyList<ValueType> results)
    {
        if (Depth == _frames.Length)
        {
            var larger = new ControlFrame[Depth * 2];
            Array.Copy(_frames, larger, Depth);
            _frames = larger;
        }

        _frames[Depth++] = new ControlFrame { Opcode = opcode, Parameters = parameters, Results = results, Height = Height };
        Push(parameters);
    }

    public ControlFrame PopFrame(in WasmReader reader, int offset)
    {
        var frame = Top;
        Pop(frame.Results, reader, offset);
        if (Height != frame.Height)
        {
            throw reader.Invalid("type mismatch: values remain on the stack at the end of the block", offset);
        }

        Depth--;
        return frame;
    }

    public void SetUnreachable()
    {
        ref var frame = ref Top;
        Height = frame.Height;
        frame.Unreachable = true;
    }
}
