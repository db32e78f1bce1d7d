using System.Runtime.CompilerServices;
using System.Text;
using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm;

/// <summary>
/// A linear memory. Its address space is reserved when it is made and its base never moves, but a span is valid only as long as the
/// instance that owns the memory is not disposed. Every access outside of it throws <see cref="TrapException"/>.
/// </summary>
public sealed unsafe class Memory : IStoreMember
{
    /// <summary>The size of a page: 64 KiB.</summary>
    public const int PageSize = 65_536;

    private readonly List<View> _views = [];
    private readonly ValueType _addressType;
    private readonly uint _maximumPages;
    private byte* _base;
    private ulong _length;

    /// <summary>Makes a memory that the host can define for modules to import.</summary>
    /// <param name="engine">The engine whose limits hold.</param>
    /// <param name="type">Its type.</param>
    public Memory(Engine engine, MemoryType type)
        : this(engine, type, new Store()) => Store.AddMember(this);

    internal Memory(Engine engine, MemoryType type, Store store)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(type);
        var allowed = (uint)engine.Options.MaxMemoryPages;
        _addressType = type.AddressType;
        if (type.Limits.Minimum > allowed)
        {
            throw new LinkException($"memory of {type.Limits.Minimum} pages is larger than the {allowed} pages that EngineOptions.MaxMemoryPages allows");
        }

        Store = store;
        Engine = engine;
        DeclaredMaximum = type.Limits.Maximum;
        var (minimum, maximum) = ((uint)type.Limits.Minimum, (uint)Math.Min(type.Limits.Maximum ?? allowed, allowed));
        _maximumPages = engine.Arena is { } arena ? ReserveSlot(arena, minimum, maximum) : Reserve(minimum, maximum);
        _length = type.Limits.Minimum * PageSize;
    }

    /// <summary>The size in bytes.</summary>
    public long Size => (long)_length;

    /// <summary>The size in pages.</summary>
    public uint Pages => (uint)(_length / PageSize);

    /// <summary>The type: its minimum is the present size.</summary>
    public MemoryType Type => new(new Limits(Pages, DeclaredMaximum), _addressType);

    internal ulong? DeclaredMaximum { get; }

    internal Engine Engine { get; }

    internal Store Store { get; }

    /// <summary>Adds pages, which are zero. Returns the size in pages before, or null when so many cannot be had.</summary>
    /// <param name="pages">How many pages to add.</param>
    public uint? Grow(ulong pages)
    {
        var before = Pages;
        if (pages > _maximumPages - before)
        {
            return null;
        }

        var added = (nuint)pages * PageSize;
        if (added > 0 && !AddressSpace.Commit((nint)(_base + _length), added))
        {
            return null;
        }

        _length += added;
        foreach (var view in _views)
        {
            view.Address->Length = _length;
        }

        return before;
    }

    /// <summary>The bytes from an address on.</summary>
    /// <param name="address">The first byte's address.</param>
    /// <param name="length">How many bytes; at most 2 GiB - 1.</param>
    /// <exception cref="TrapException">Some of them lie outside of the memory.</exception>
    public Span<byte> GetSpan(ulong address, uint length) => new(Check(address, length), checked((int)length));

    /// <summary>Reads one byte.</summary>
    /// <param name="address">Its address.</param>
    public byte ReadByte(ulong address) => *Check(address, 1);

    /// <summary>Reads a little-endian 16-bit integer.</summary>
    /// <param name="address">The address of its first byte.</param>
    public ushort ReadUInt16(ulong address) => Unsafe.ReadUnaligned<ushort>(Check(address, 2));

    /// <summary>Reads a little-endian 32-bit integer.</summary>
    /// <param name="address">The address of its first byte.</param>
    public uint ReadUInt32(ulong address) => Unsafe.ReadUnaligned<uint>(Check(address, 4));

    /// <summary>Reads a little-endian 64-bit integer.</summary>
    /// <param name="address">The address of its first byte.</param>
    public ulong ReadUInt64(ulong address) => Unsafe.ReadUnaligned<ulong>(Check(address, 8));

    /// <summary>Writes one byte.</summary>
    /// <param name="address">Its address.</param>
    /// <param name="value">The value.</param>
    public void WriteByte(ulong address, byte value) => *Check(address, 1) = value;

    /// <summary>Writes a little-endian 16-bit integer.</summary>
    /// <param name="address">The address of its first byte.</param>
    /// <param name="value">The value.</param>
    public void WriteUInt16(ulong address, ushort value) => Unsafe.WriteUnaligned(Check(address, 2), value);

    /// <summary>Writes a little-endian 32-bit integer.</summary>
    /// <param name="address">The address of its first byte.</param>
    /// <param name="value">The value.</param>
    public void WriteUInt32(ulong address, uint value) => Unsafe.WriteUnaligned(Check(address, 4), value);

    /// <summary>Writes a little-endian 64-bit integer.</summary>
    /// <param name="address">The address of its first byte.</param>
    /// <param name="value">The value.</param>
    public void WriteUInt64(ulong address, ulong value) => Unsafe.WriteUnaligned(Check(address, 8), value);

    /// <summary>Copies bytes into the memory.</summary>
    /// <param name="address">Where the first one goes.</param>
    /// <param name="bytes">The bytes.</param>
    public void Write(ulong address, ReadOnlySpan<byte> bytes) => bytes.CopyTo(GetSpan(address, (uint)bytes.Length));

    /// <summary>Reads UTF-8 text; what is not valid UTF-8 becomes U+FFFD.</summary>
    /// <param name="address">The address of its first byte.</param>
    /// <param name="length">Its length in bytes.</param>
    public string ReadString(ulong address, uint length) => Encoding.UTF8.GetString(GetSpan(address, length));

    void IStoreMember.StoreFreed()
    {
        _base = null;
        _length = 0;
    }

    /// <summary>Makes what an instance's code sees follow this memory.</summary>
    internal void Attach(MemoryView* view)
    {
        _views.Add(new View(view));
        view->Base = _base;
        view->Length = _length;
    }

    private uint ReserveSlot(GuardedArena arena, uint minimum, uint maximum)
    {
        var slot = arena.Take();
        if (slot == 0)
        {
            throw new LinkException("memory cannot be had: too many memories exist in this process; dispose of instances, or set EngineOptions.BoundsChecks to Explicit");
        }

        _base = (byte*)slot;
        Store.OwnSlot(slot);
        Commit(minimum);
        return maximum;
    }

    private void Commit(uint pages)
    {
        if (pages > 0 && !AddressSpace.Commit((nint)_base, (nuint)pages * PageSize))
        {
            throw new LinkException($"memory of {pages} pages cannot be had: the system refuses it");
        }
    }

    private uint Reserve(uint minimum, uint maximum)
    {
        for (var pages = maximum; ; pages = Math.Max(minimum, pages / 2))
        {
            var size = Math.Max((nuint)pages * PageSize, PageSize);
            var address = AddressSpace.Reserve(size);
            if (address != 0)
            {
                Store.OwnReservation(address, size);
                _base = (byte*)address;
                Commit(minimum);
                return pages;
            }

            if (pages == minimum)
            {
                throw new LinkException($"memory of {minimum} pages cannot be had: the address space is exhausted");
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* Check(ulong address, uint length)
    {
        if (length > _length || address > _length - length)
        {
            throw new TrapException(TrapKind.OutOfBoundsMemoryAccess);
        }

        return _base + address;
    }

    /// <summary>Where an instance's code looks for this memory.</summary>
    private sealed class View(MemoryView* address)
    {
        public MemoryView* Address => address;
    }
}
