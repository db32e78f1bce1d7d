using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using WasmLab.Wasm.Wasi.Sockets;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary>
/// <c>sock_getaddrinfo</c>. The guest has laid out a list of
/// <c>addrinfo {u16 flags; u8 family @2; u8 type @3; u32 protocol @4; u32 addrlen @8; u32 addr @12; u32 canonname @16; u32 canonname_len @20; u32 next @24}</c>,
/// each with a <c>sockaddr {u8 family; u32 data_len @4; u32 data @8}</c>, and the host fills it in.
/// </summary>
internal static class SockAddrInfoFunctions
{
    private const uint EntrySize = 28;
    private const uint SocketAddressSize = 12;
    private const int Inet4DataSize = 14;
    private const int Inet6DataSize = 26;
    private const uint Inet4AddressLength = 16;
    private const uint Inet6AddressLength = 28;
    private const uint ProtocolTcp = 1;
    private const uint ProtocolUdp = 2;

    public static readonly WasiImport[] All = [WasiImport.Returning("sock_getaddrinfo", "iiiiiiii", GetAddressInfo)];

    [Flags]
    private enum Hints : ushort
    {
        Passive = 1,
        CanonicalName = 2,
        NumericHost = 4,
        NumericService = 8,
        V4Mapped = 16,
        AllAddresses = 32,
        AddressConfig = 64,
        All = Passive | CanonicalName | NumericHost | NumericService | V4Mapped | AllAddresses | AddressConfig,
    }

    private sealed record Query(Hints Flags, GuestAddressFamily Family, GuestSocketType SocketType, uint Protocol);

    private static Errno GetAddressInfo(WasiCall call)
    {
        var node = Encoding.UTF8.GetString(call.Bytes(0)).TrimEnd('\0');
        var service = Encoding.UTF8.GetString(call.Bytes(2)).TrimEnd('\0');
        var hints = call.Result(4, EntrySize);
        var first = call.Memory.ReadUInt32(call.UInt32(5));
        var capacity = call.UInt32(6);
        var count = call.Result(7, 4);
        var query = new Query(
            (Hints)BinaryPrimitives.ReadUInt16LittleEndian(hints),
            (GuestAddressFamily)hints[2],
            (GuestSocketType)hints[3],
            BinaryPrimitives.ReadUInt32LittleEndian(hints[4..]));
        if (Refuse(query, node, service, capacity) is var refusal && refusal != Errno.Success)
        {
            return refusal;
        }

        var port = ParseService(service, query);
        var written = 0u;
        var entry = first;
        foreach (var (address, type) in Expand(Resolve(call.Context, node, query), query))
        {
            if (written == capacity)
            {
                break;
            }

            entry = WriteEntry(call.Memory, entry, query, address, type, port, node);
            written++;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(count, written);
        return written > 0 ? Errno.Success : Errno.AiNoName;
    }

    private static Errno Refuse(Query query, string node, string service, uint capacity) =>
        node.Length == 0 && service.Length == 0 ? Errno.AiNoName
        : capacity == 0 ? Errno.AiMemory
        : (query.Flags & ~Hints.All) != 0 || (query.Flags.HasFlag(Hints.CanonicalName) && node.Length == 0) ? Errno.AiBadFlags
        : query.Family > GuestAddressFamily.Inet6 ? Errno.AiFamily
        : query.SocketType > GuestSocketType.Stream ? Errno.AiSocketType
        : query.Protocol > ProtocolUdp ? Errno.AiSocketType
        : Errno.Success;

    private static IEnumerable<IPAddress> Resolve(WasiContext context, string node, Query query)
    {
        IPAddress[] found;
        if (node.Length == 0)
        {
            found = query.Flags.HasFlag(Hints.Passive) ? [IPAddress.Any, IPAddress.IPv6Any] : [IPAddress.Loopback, IPAddress.IPv6Loopback];
        }
        else if (IPAddress.TryParse(node, out var numeric))
        {
            found = [numeric];
        }
        else if (query.Flags.HasFlag(Hints.NumericHost))
        {
            throw new WasiErrnoException(Errno.AiNoName);
        }
        else
        {
            found = LookUp(context, node);
        }

        return found
            .Select(address => address.AddressFamily == AddressFamily.InterNetwork && query.Family == GuestAddressFamily.Inet6 && query.Flags.HasFlag(Hints.V4Mapped) ? address.MapToIPv6() : address)
            .Where(address => query.Family == GuestAddressFamily.Unspecified || GuestAddress.FamilyOf(address) == query.Family);
    }

    private static IPAddress[] LookUp(WasiContext context, string node)
    {
        if (!context.Configuration.Network.ResolvesNames)
        {
            throw new WasiErrnoException(Errno.AiFail);
        }

        try
        {
            return Dns.GetHostAddressesAsync(node, context.InterruptionToken).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            context.ThrowIfInterrupted();
            throw;
        }
        catch (ArgumentException)
        {
            throw new WasiErrnoException(Errno.AiNoName);
        }
    }

    /// <summary>As getaddrinfo(3): an entry for each type that the hints leave open.</summary>
    private static IEnumerable<(IPAddress Address, GuestSocketType Type)> Expand(IEnumerable<IPAddress> addresses, Query query)
    {
        foreach (var address in addresses)
        {
            if (query.SocketType != GuestSocketType.Datagram && query.Protocol != ProtocolUdp)
            {
                yield return (address, GuestSocketType.Stream);
            }

            if (query.SocketType != GuestSocketType.Stream && query.Protocol != ProtocolTcp)
            {
                yield return (address, GuestSocketType.Datagram);
            }
        }
    }

    private static ushort ParseService(string service, Query query)
    {
        if (service.Length == 0)
        {
            return 0;
        }

        if (ushort.TryParse(service, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return port;
        }

        if (query.Flags.HasFlag(Hints.NumericService))
        {
            throw new WasiErrnoException(Errno.AiNoName);
        }

        return ServiceNames.Find(service) ?? throw new WasiErrnoException(Errno.AiService);
    }

    /// <summary>Fills one entry and returns the address of the next.</summary>
    private static uint WriteEntry(GuestMemory memory, uint address, Query query, IPAddress host, GuestSocketType type, ushort port, string node)
    {
        var entry = memory.Bytes(address, EntrySize);
        var family = GuestAddress.FamilyOf(host);
        var isInet4 = family == GuestAddressFamily.Inet4;
        BinaryPrimitives.WriteUInt16LittleEndian(entry, (ushort)query.Flags);
        entry[2] = (byte)family;
        entry[3] = (byte)type;
        BinaryPrimitives.WriteUInt32LittleEndian(entry[4..], type == GuestSocketType.Stream ? ProtocolTcp : ProtocolUdp);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], isInet4 ? Inet4AddressLength : Inet6AddressLength);
        WriteCanonicalName(memory, entry, query.Flags.HasFlag(Hints.CanonicalName) ? node : "");

        var socketAddress = memory.Bytes(BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]), SocketAddressSize);
        var size = isInet4 ? Inet4DataSize : Inet6DataSize;
        var data = memory.Bytes(BinaryPrimitives.ReadUInt32LittleEndian(socketAddress[8..]), (uint)size);
        socketAddress[0] = (byte)family;
        BinaryPrimitives.WriteInt32LittleEndian(socketAddress[4..], size);
        data.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(data, port);

        // After the port: for IPv6 four bytes of flow label come first.
        host.TryWriteBytes(data[(isInet4 ? 2 : 6)..], out _);
        return BinaryPrimitives.ReadUInt32LittleEndian(entry[24..]);
    }

    private static void WriteCanonicalName(GuestMemory memory, Span<byte> entry, string name)
    {
        var room = memory.Bytes(BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]));
        var length = Encoding.UTF8.GetByteCount(name);
        if (length == 0 || length + 1 > room.Length)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(entry[20..], 0);
            return;
        }

        Encoding.UTF8.GetBytes(name, room);
        room[length] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(entry[20..], length);
    }
}
