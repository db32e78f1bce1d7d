using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using WasmLab.Wasm.Wasi.Sockets;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>sock_recv*</c> and <c>sock_send*</c>.</summary>
internal static class SockTransferFunctions
{
    private const uint Peek = 1;
    private const uint WaitAll = 2;
    private const ushort Truncated = 1;

    public static readonly WasiImport[] All =
    [
        WasiImport.Returning("sock_recv", "iiiiii", Receive),
        WasiImport.Returning("sock_recv_v2", "iiiiii", Receive),
        WasiImport.Returning("sock_recv_from", "iiiiiii", call => ReceiveFrom(call, portIndex: null)),
        WasiImport.Returning("sock_recv_from", "iiiiiiii", call => ReceiveFrom(call, portIndex: 5)),
        WasiImport.Returning("sock_recv_from_v2", "iiiiiiii", call => ReceiveFrom(call, portIndex: 5)),
        WasiImport.Returning("sock_send", "iiiii", Send),
        WasiImport.Returning("sock_send_v2", "iiiii", Send),
        WasiImport.Returning("sock_send_to", "iiiiiii", call => SendTo(call, allowStorage: false)),
        WasiImport.Returning("sock_send_to_v2", "iiiiiii", call => SendTo(call, allowStorage: true)),
    ];

    private static Errno Receive(WasiCall call)
    {
        var descriptor = call.Context.Descriptors.GetSocket(call.UInt32(0));
        var (flags, waitForAll) = ReceiveFlags(call.UInt32(3));
        var countResult = call.Result(4, 4);
        var flagsResult = call.Result(5, 2);
        var errno = descriptor.Receive(call.Context, call.Vectors(1), flags, waitForAll, out var count, out var truncated);
        if (errno == Errno.Success)
        {
            BinaryPrimitives.WriteInt32LittleEndian(countResult, count);
            BinaryPrimitives.WriteUInt16LittleEndian(flagsResult, truncated ? Truncated : (ushort)0);
        }

        return errno;
    }

    /// <summary>V2, which has a port, stores it in network order beside a storage; V1 the bare octets, if they find room.</summary>
    private static Errno ReceiveFrom(WasiCall call, int? portIndex)
    {
        var descriptor = call.Context.Descriptors.GetSocket(call.UInt32(0));
        var address = new GuestAddress(call.Memory, call.UInt32(3));
        var (flags, _) = ReceiveFlags(call.UInt32(4));
        var portResult = portIndex is { } index ? call.Result(index, 2) : default;
        var countResult = call.Result(portIndex is null ? 5 : 6, 4);
        var flagsResult = call.Result(portIndex is null ? 6 : 7, 2);
        if (portIndex is not null && !address.IsStorage)
        {
            return Errno.Invalid;
        }

        var errno = descriptor.ReceiveFrom(call.Context, call.Vectors(1), flags, out var count, out var truncated, out var sender);
        if (errno != Errno.Success)
        {
            return errno;
        }

        if (sender is IPEndPoint from)
        {
            if (portIndex is null)
            {
                address.TryWriteOctets(from.Address);
            }
            else
            {
                address.WriteStorage(from.Address);
                BinaryPrimitives.WriteUInt16BigEndian(portResult, (ushort)from.Port);
            }
        }

        BinaryPrimitives.WriteInt32LittleEndian(countResult, count);
        BinaryPrimitives.WriteUInt16LittleEndian(flagsResult, truncated ? Truncated : (ushort)0);
        return Errno.Success;
    }

    private static Errno Send(WasiCall call)
    {
        var descriptor = call.Context.Descriptors.GetSocket(call.UInt32(0));
        var result = call.Result(4, 4);
        return call.UInt32(3) != 0 ? Errno.Invalid : Finish(descriptor.Send(call.Context, call.Vectors(1), null, out var count), result, count);
    }

    private static Errno SendTo(WasiCall call, bool allowStorage)
    {
        var descriptor = call.Context.Descriptors.GetSocket(call.UInt32(0));
        var address = new GuestAddress(call.Memory, call.UInt32(3)).Read(allowStorage);
        var peer = SockFunctions.EndPointFor(descriptor.Socket, address, call.UInt32(4));
        var result = call.Result(6, 4);
        return call.UInt32(5) != 0 ? Errno.Invalid
            : !call.Context.Configuration.Network.AllowsConnect(peer) ? Errno.Access
            : Finish(descriptor.Send(call.Context, call.Vectors(1), peer, out var count), result, count);
    }

    private static (SocketFlags Flags, bool WaitForAll) ReceiveFlags(uint flags) =>
        (flags & ~(Peek | WaitAll)) != 0
            ? throw new WasiErrnoException(Errno.Invalid)
            : ((flags & Peek) != 0 ? SocketFlags.Peek : SocketFlags.None, (flags & WaitAll) != 0);

    private static Errno Finish(Errno errno, Span<byte> result, int count)
    {
        if (errno == Errno.Success)
        {
            BinaryPrimitives.WriteInt32LittleEndian(result, count);
        }

        return errno;
    }
}
