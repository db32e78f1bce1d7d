using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Text;

namespace WasmLab.Wasm.Binary;

/// <summary>Reads the binary format's primitive values from a range of a module, and refuses every encoding that the format forbids.</summary>
internal ref struct WasmReader(ReadOnlySpan<byte> module, int start, int end, string? section, WasmFeatures features)
{
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _module = module;

    public int Position { get; private set; } = start;

    public int End { get; } = end;

    public string? Section { get; } = section;

    public WasmFeatures Features { get; } = features;

    public readonly bool AtEnd => Position >= End;

    public readonly int Remaining => End - Position;

    public readonly ModuleException Malformed(string reason, int? offset = null) =>
        new(ModuleErrorKind.Malformed, reason, offset ?? Position, Section);

    public readonly ModuleException Invalid(string reason, int? offset = null) =>
        new(ModuleErrorKind.Invalid, reason, offset ?? Position, Section);

    public readonly ModuleException Unsupported(string reason, int? offset = null) =>
        new(ModuleErrorKind.Unsupported, reason, offset ?? Position, Section);

    public readonly ModuleException TooLarge(string reason, int? offset = null) =>
        new(ModuleErrorKind.LimitExceeded, reason, offset ?? Position, Section);

    /// <summary>Refuses what belongs to a feature that is turned off, in the words that an engine without it would use.</summary>
    public readonly void Require(WasmFeatures feature, string reason, int offset)
    {
        if ((Features & feature) == 0)
        {
            throw TurnedOff(reason, feature, offset);
        }
    }

    public readonly ModuleException TurnedOff(string reason, WasmFeatures feature, int offset) =>
        new(ModuleErrorKind.Unsupported, $"{reason}: {nameof(WasmFeatures)}.{feature} is turned off in {nameof(EngineOptions)}.{nameof(EngineOptions.Features)}", offset, Section);

    public byte ReadByte()
    {
        if (Position >= End)
        {
            throw Malformed("unexpected end of section or function");
        }

        return _module[Position++];
    }

    public readonly byte Peek() => Position < End ? _module[Position] : throw Malformed("unexpected end of section or function");

    public void Skip(int count)
    {
        if (count > Remaining)
        {
            throw Malformed("length out of bounds");
        }

        Position += count;
    }

    public uint ReadU32()
    {
        if (Position < End && _module[Position] < 0x80)
        {
            return _module[Position++];
        }

        return (uint)ReadUnsigned(32);
    }

    public ulong ReadU64() => ReadUnsigned(64);

    public int ReadS32() => (int)ReadSigned(32);

    public long ReadS33() => ReadSigned(33);

    public long ReadS64() => ReadSigned(64);

    public uint ReadFixed32()
    {
        if (Remaining < 4)
        {
            throw Malformed("unexpected end of section or function");
        }

        var value = BinaryPrimitives.ReadUInt32LittleEndian(_module[Position..]);
        Position += 4;
        return value;
    }

    public ulong ReadFixed64()
    {
        if (Remaining < 8)
        {
            throw Malformed("unexpected end of section or function");
        }

        var value = BinaryPrimitives.ReadUInt64LittleEndian(_module[Position..]);
        Position += 8;
        return value;
    }

    public Vector128<byte> ReadVector()
    {
        if (Remaining < Vector128<byte>.Count)
        {
            throw Malformed("unexpected end of section or function");
        }

        var value = Vector128.Create(_module.Slice(Position, Vector128<byte>.Count));
        Position += Vector128<byte>.Count;
        return value;
    }

    /// <summary>The length of a vector whose elements take at least <paramref name="elementSize"/> bytes each.</summary>
    public int ReadCount(string what, int limit, int elementSize = 1)
    {
        var at = Position;
        var count = ReadU32();
        if (count > (uint)limit)
        {
            // A count that the bytes cannot hold is malformed, whatever the engine's limit is.
            throw count > Remaining / elementSize
                ? Malformed("length out of bounds", at)
                : TooLarge($"too many {what}: {count}, the limit is {limit}", at);
        }

        if (count > Remaining / elementSize)
        {
            throw Malformed("unexpected end of section or function", at);
        }

        return (int)count;
    }

    public string ReadName()
    {
        var at = Position;
        var length = ReadU32();
        if (length > Remaining)
        {
            throw Malformed("length out of bounds", at);
        }

        try
        {
            var name = StrictUtf8.GetString(_module.Slice(Position, (int)length));
            Position += (int)length;
            return name;
        }
        catch (DecoderFallbackException)
        {
            throw Malformed("malformed UTF-8 encoding", at);
        }
    }

    public ValueType ReadValueType()
    {
        var at = Position;
        var code = ReadByte();
        return code switch
        {
            0x7F or 0x7E or 0x7D or 0x7C or 0x7B or 0x70 or 0x6F => (ValueType)code,
            (byte)ValueType.ExnRef => ExceptionReference("malformed value type", at),
            _ => throw Malformed("malformed value type", at),
        };
    }

    public ValueType ReadReferenceType()
    {
        var at = Position;
        var code = ReadByte();
        return code switch
        {
            0x70 or 0x6F => (ValueType)code,
            (byte)ValueType.ExnRef => ExceptionReference("malformed reference type", at),
            _ => throw Malformed("malformed reference type", at),
        };
    }

    private readonly ValueType ExceptionReference(string reason, int offset)
    {
        Require(WasmFeatures.Exceptions, reason, offset);
        return ValueType.ExnRef;
    }

    private ulong ReadUnsigned(int bits)
    {
        var at = Position;
        ulong result = 0;
        for (var shift = 0; ; shift += 7)
        {
            var value = ReadByte();
            var left = bits - shift;
            if (left < 7)
            {
                if ((value & 0x80) != 0)
                {
                    throw Malformed("integer representation too long", at);
                }

                if (value >> left != 0)
                {
                    throw Malformed("integer too large", at);
                }
            }

            result |= (ulong)(value & 0x7F) << shift;
            if ((value & 0x80) == 0)
            {
                return result;
            }
        }
    }

    private long ReadSigned(int bits)
    {
        var at = Position;
        long result = 0;
        for (var shift = 0; ; shift += 7)
        {
            var value = ReadByte();
            var left = bits - shift;
            if (left < 7)
            {
                if ((value & 0x80) != 0)
                {
                    throw Malformed("integer representation too long", at);
                }

                // The unused bits must repeat the sign.
                var unused = (sbyte)(value << 1) >> left;
                if (unused is not 0 and not -1)
                {
                    throw Malformed("integer too large", at);
                }
            }

            result |= (long)(value & 0x7F) << shift;
            if ((value & 0x80) == 0)
            {
                var used = shift + 7;
                return used < 64 && (value & 0x40) != 0 ? result | (-1L << used) : result;
            }
        }
    }
}
