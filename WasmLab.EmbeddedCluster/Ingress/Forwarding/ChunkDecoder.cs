using System.Buffers.Text;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>Takes the chunk framing off a body, piece by piece.</summary>
internal sealed class ChunkDecoder
{
    private const int MaxTrailers = 100;

    private readonly List<(string Name, string Value)> _trailers = [];
    private State _state = State.Size;
    private long _remaining;

    private enum State
    {
        Size,
        Data,
        DataEnd,
        Trailers,
        Complete,
    }

    public bool IsComplete => _state == State.Complete;

    public IReadOnlyList<(string Name, string Value)> Trailers => _trailers;

    /// <summary>Takes one step: a chunk's head or end, some of its data, or a trailer.</summary>
    /// <returns>False when more bytes are needed, or the body is complete.</returns>
    /// <exception cref="InvalidDataException">The framing is wrong.</exception>
    public bool TryRead(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> data, out int consumed)
    {
        data = default;
        consumed = 0;
        if (bytes.IsEmpty || _state == State.Complete)
        {
            return false;
        }

        if (_state == State.Data)
        {
            data = bytes.Length > _remaining ? bytes[..(int)_remaining] : bytes;
            consumed = data.Length;
            _remaining -= consumed;
            _state = _remaining == 0 ? State.DataEnd : State.Data;
            return true;
        }

        if (!ResponseHead.TryTakeLine(bytes.Span, ref consumed, out var line))
        {
            return false;
        }

        switch (_state)
        {
            case State.Size:
                _remaining = ParseSize(line);
                _state = _remaining == 0 ? State.Trailers : State.Data;
                break;
            case State.DataEnd when line.IsEmpty:
                _state = State.Size;
                break;
            case State.DataEnd:
                throw new InvalidDataException("a chunk is longer than its size says");
            case State.Trailers when line.IsEmpty:
                _state = State.Complete;
                break;
            case State.Trailers:
                if (_trailers.Count == MaxTrailers || !ResponseHead.TryParseField(line, out var name, out var value))
                {
                    throw new InvalidDataException("a trailer is malformed");
                }

                _trailers.Add((name, value));
                break;
        }

        return true;
    }

    private static long ParseSize(ReadOnlySpan<byte> line)
    {
        var end = line.IndexOf((byte)';');
        var digits = (end < 0 ? line : line[..end]).TrimEnd(" \t"u8);
        if (!Utf8Parser.TryParse(digits, out long size, out var used, 'x') || used != digits.Length || size < 0)
        {
            throw new InvalidDataException("a chunk's size is malformed");
        }

        return size;
    }
}
