using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace WasmLab.Wasm.Wasi.Sockets;

/// <summary>
/// <c>WasiAddress {u32 buffer; u32 length}</c>. In V1 the buffer holds the bare octets in network order; in V2 it may also be a
/// storage of 128 bytes: <c>{u16 family; octets…}</c>.
/// </summary>
internal readonly ref struct GuestAddress
{
    public const int StorageSize = 128;

    private const int Inet4Size = 4;
    private const int Inet6Size = 16;
    private const int StorageHeader = 2;

    private readonly Span<byte> _buffer;

    public GuestAddress(GuestMemory memory, uint address)
    {
        _buffer = memory.Bytes(memory.ReadUInt32(address), memory.ReadUInt32(address + 4));
    }

    public bool IsStorage => _buffer.Length == StorageSize;

    public bool IsOctets => _buffer.Length is Inet4Size or Inet6Size;

    /// <summary>Reads the address; a storage only when the caller's version of the interface has one.</summary>
    public IPAddress Read(bool allowStorage)
    {
        if (IsOctets)
        {
            return new IPAddress(_buffer);
        }

        if (!IsStorage || !allowStorage)
        {
            throw new WasiErrnoException(Errno.Invalid);
        }

        var octets = _buffer[StorageHeader..];
        return (GuestAddressFamily)BinaryPrimitives.ReadUInt16LittleEndian(_buffer) switch
        {
            GuestAddressFamily.Inet4 => new IPAddress(octets[..Inet4Size]),
            GuestAddressFamily.Inet6 => new IPAddress(octets[..Inet6Size]),
            GuestAddressFamily.Unix => throw new WasiErrnoException(Errno.NotImplemented),
            _ => throw new WasiErrnoException(Errno.Invalid),
        };
    }

    public void WriteOctets(IPAddress address)
    {
        if (!address.TryWriteBytes(_buffer, out _))
        {
            throw new WasiErrnoException(Errno.NoMemory);
        }
    }

    /// <summary>Writes the octets if they find room.</summary>
    public void TryWriteOctets(IPAddress address) => address.TryWriteBytes(_buffer, out _);

    public void WriteStorage(IPAddress address)
    {
        _buffer.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer, (ushort)FamilyOf(address));
        address.TryWriteBytes(_buffer[StorageHeader..], out _);
    }

    public static GuestAddressFamily FamilyOf(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? GuestAddressFamily.Inet6 : GuestAddressFamily.Inet4;
}
