using System.Buffers.Binary;

namespace WasmLab.Wasm.Wasi;

/// <summary>An array of <c>{u32 pointer; u32 length}</c> in guest memory, checked as a whole before the first byte moves.</summary>
internal readonly ref struct IoVectors
{
    private const uint EntrySize = 8;
    private const uint MaximumCount = 1024;

    private readonly GuestMemory _memory;
    private readonly ReadOnlySpan<byte> _entries;

    public IoVectors(GuestMemory memory, uint address, uint count)
    {
        if (count > MaximumCount)
        {
            throw new WasiErrnoException(Errno.Invalid);
        }

        _memory = memory;
        _entries = memory.Bytes(address, count * EntrySize);
        long total = 0;
        for (var i = 0; i < Count; i++)
        {
            total += this[i].Length;
        }

        if (total > int.MaxValue)
        {
            throw new WasiErrnoException(Errno.Invalid);
        }

        TotalLength = (int)total;
    }

    public int Count => _entries.Length / (int)EntrySize;

    public int TotalLength { get; }

    public Span<byte> this[int index]
    {
        get
        {
            var entry = _entries.Slice(index * (int)EntrySize, (int)EntrySize);
            return _memory.Bytes(BinaryPrimitives.ReadUInt32LittleEndian(entry), BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]));
        }
    }

    /// <summary>The only buffer that is not empty, when there is just one: the common case that needs no copy.</summary>
    public bool TryGetSingle(out Span<byte> buffer)
    {
        buffer = default;
        for (var i = 0; i < Count; i++)
        {
            var next = this[i];
            if (next.IsEmpty)
            {
                continue;
            }

            if (!buffer.IsEmpty)
            {
                return false;
            }

            buffer = next;
        }

        return true;
    }

    /// <summary>Copies out of the guest, from <paramref name="offset"/> of the whole on. Returns how much was copied.</summary>
    public int CopyTo(Span<byte> destination, int offset)
    {
        var copied = 0;
        for (var i = 0; i < Count && copied < destination.Length; i++)
        {
            var source = this[i];
            if (offset >= source.Length)
            {
                offset -= source.Length;
                continue;
            }

            source = source[offset..];
            offset = 0;
            var length = Math.Min(source.Length, destination.Length - copied);
            source[..length].CopyTo(destination[copied..]);
            copied += length;
        }

        return copied;
    }

    /// <summary>Copies into the guest. Returns how much found room.</summary>
    public int CopyFrom(ReadOnlySpan<byte> source)
    {
        var copied = 0;
        for (var i = 0; i < Count && copied < source.Length; i++)
        {
            var destination = this[i];
            var length = Math.Min(destination.Length, source.Length - copied);
            source.Slice(copied, length).CopyTo(destination);
            copied += length;
        }

        return copied;
    }
}
