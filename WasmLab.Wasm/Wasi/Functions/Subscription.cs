using System.Buffers.Binary;

namespace WasmLab.Wasm.Wasi.Functions;

internal enum SubscriptionKind : byte
{
    Clock = 0,
    Read = 1,
    Write = 2,
}

/// <summary>
/// <c>{u64 userdata; u8 kind @8; …}</c>, then @16 for a descriptor its u32, for a clock
/// <c>{u32 clock; u64 timeout @8; u64 precision @16; u16 flags @24 (1: absolute)}</c>; before preview 1 a u64 stands before these.
/// </summary>
internal readonly ref struct Subscription(ReadOnlySpan<byte> bytes, WasiInterface version)
{
    private const int BodyOffset = 16;
    private const ushort AbsoluteFlag = 1;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly ReadOnlySpan<byte> _clock = bytes[(version == WasiInterface.Preview1 ? BodyOffset : BodyOffset + 8)..];

    public ulong UserData => BinaryPrimitives.ReadUInt64LittleEndian(_bytes);

    public SubscriptionKind Kind => (SubscriptionKind)_bytes[8];

    public uint Descriptor => BinaryPrimitives.ReadUInt32LittleEndian(_bytes[BodyOffset..]);

    public ClockId Clock => (ClockId)BinaryPrimitives.ReadUInt32LittleEndian(_clock);

    /// <summary>Nanoseconds, from now on or of the clock's own count.</summary>
    public ulong Timeout => BinaryPrimitives.ReadUInt64LittleEndian(_clock[8..]);

    public bool IsAbsolute => (BinaryPrimitives.ReadUInt16LittleEndian(_clock[24..]) & AbsoluteFlag) != 0;

    public static int SizeIn(WasiInterface version) => version == WasiInterface.Preview1 ? 48 : 56;
}

/// <summary>The subscriptions of one call.</summary>
internal readonly ref struct Subscriptions(ReadOnlySpan<byte> bytes, WasiInterface version)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly int _size = Subscription.SizeIn(version);

    public int Count => _bytes.Length / _size;

    public Subscription this[int index] => new(_bytes.Slice(index * _size, _size), version);
}
