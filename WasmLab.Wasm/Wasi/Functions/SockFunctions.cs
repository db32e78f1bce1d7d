using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using WasmLab.Wasm.Wasi.Descriptors;
using WasmLab.Wasm.Wasi.Sockets;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary>
/// <c>sock_*</c>: making and connecting sockets. The names with <c>_v2</c> take addresses in a storage of 128 bytes; of
/// <c>sock_accept</c> the guest's signature tells which version it means.
/// </summary>
internal static class SockFunctions
{
    private const uint ShutdownReceive = 1;
    private const uint ShutdownSend = 2;

    public static readonly WasiImport[] All =
    [
        WasiImport.Returning("sock_open", "iii", Open),
        WasiImport.Returning("sock_open_v2", "iii", Open),
        WasiImport.Returning("sock_bind", "iii", call => Bind(call, allowStorage: false)),
        WasiImport.Returning("sock_bind_v2", "iii", call => Bind(call, allowStorage: true)),
        WasiImport.Returning("sock_listen", "ii", Listen),
        WasiImport.Returning("sock_listen_v2", "ii", Listen),
        WasiImport.Returning("sock_connect", "iii", call => Connect(call, allowStorage: false)),
        WasiImport.Returning("sock_connect_v2", "iii", call => Connect(call, allowStorage: true)),
        WasiImport.Returning("sock_accept", "ii", call => Accept(call, FdFlags.None, 1)),
        WasiImport.Returning("sock_accept", "iii", call => Accept(call, (FdFlags)call.UInt32(1), 2)),
        WasiImport.Returning("sock_accept_v2", "iii", call => Accept(call, (FdFlags)call.UInt32(1), 2)),
        WasiImport.Returning("sock_shutdown", "ii", Shutdown),
    ];

    private static Errno Open(WasiCall call)
    {
        var result = call.Result(2, 4);
        AddressFamily family;
        switch ((GuestAddressFamily)call.UInt32(0))
        {
            case GuestAddressFamily.Inet4:
                family = AddressFamily.InterNetwork;
                break;
            case GuestAddressFamily.Inet6:
                family = AddressFamily.InterNetworkV6;
                break;
            case GuestAddressFamily.Unix:
                return Errno.NotImplemented;
            default:
                return Errno.Invalid;
        }

        Socket socket;
        switch ((GuestSocketType)call.UInt32(1))
        {
            case GuestSocketType.Stream:
                socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
                break;
            case GuestSocketType.Datagram:
                socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
                break;
            default:
                return Errno.Invalid;
        }

        if (family == AddressFamily.InterNetworkV6)
        {
            // The class library asks for IPv6 only; Linux's default, which guests expect, is both.
            socket.DualMode = true;
        }

        BinaryPrimitives.WriteInt32LittleEndian(result, Add(call.Context, socket, FdFlags.None));
        return Errno.Success;
    }

    private static Errno Bind(WasiCall call, bool allowStorage)
    {
        var socket = call.Context.Descriptors.GetSocket(call.UInt32(0)).Socket;
        var address = new GuestAddress(call.Memory, call.UInt32(1)).Read(allowStorage);
        if (call.Context.Configuration.BindAddress is { } mapped && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)))
        {
            address = mapped;
        }

        return BindTo(call.Context, socket, EndPointFor(socket, address, call.UInt32(2)));
    }

    private static Errno BindTo(WasiContext context, Socket socket, IPEndPoint endPoint)
    {
        var network = context.Configuration.Network;
        if (!network.AllowsBind(endPoint))
        {
            return Errno.Access;
        }

        if (endPoint.Address.Equals(IPAddress.IPv6Any) && !network.AllowsBind(new IPEndPoint(IPAddress.Any, endPoint.Port)))
        {
            // It would also take what comes in over IPv4.
            socket.DualMode = false;
        }

        socket.Bind(endPoint);
        return Errno.Success;
    }

    /// <summary>The end point in the family of the socket: an IPv6 socket takes IPv4 addresses in their mapped form.</summary>
    public static IPEndPoint EndPointFor(Socket socket, IPAddress address, uint port)
    {
        if (port > IPEndPoint.MaxPort)
        {
            throw new WasiErrnoException(Errno.Invalid);
        }

        if (socket.AddressFamily == AddressFamily.InterNetworkV6 && address.AddressFamily == AddressFamily.InterNetwork)
        {
            address = address.MapToIPv6();
        }

        return socket.AddressFamily == address.AddressFamily
            ? new IPEndPoint(address, (int)port)
            : throw new WasiErrnoException(Errno.AddressFamilyNotSupported);
    }

    private static Errno Listen(WasiCall call)
    {
        var descriptor = call.Context.Descriptors.GetSocket(call.UInt32(0));
        if (!descriptor.IsStream)
        {
            return Errno.NotSupported;
        }

        if (!descriptor.Socket.IsBound)
        {
            // As listen(2): the system chooses the port, the address stays the instance's own.
            var any = descriptor.Socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any;
            var endPoint = EndPointFor(descriptor.Socket, call.Context.Configuration.BindAddress ?? any, 0);
            if (BindTo(call.Context, descriptor.Socket, endPoint) is var errno && errno != Errno.Success)
            {
                return errno;
            }
        }

        descriptor.Listen(call.Int32(1));
        return Errno.Success;
    }

    private static Errno Connect(WasiCall call, bool allowStorage)
    {
        var descriptor = call.Context.Descriptors.GetSocket(call.UInt32(0));
        var address = new GuestAddress(call.Memory, call.UInt32(1)).Read(allowStorage);
        var peer = EndPointFor(descriptor.Socket, address, call.UInt32(2));
        return call.Context.Configuration.Network.AllowsConnect(peer) ? descriptor.Connect(call.Context, peer) : Errno.Access;
    }

    private static Errno Accept(WasiCall call, FdFlags flags, int resultIndex)
    {
        var descriptor = call.Context.Descriptors.GetSocket(call.UInt32(0));
        if (!descriptor.Rights.HasFlag(Rights.SocketAccept))
        {
            return Errno.NotCapable;
        }

        var result = call.Result(resultIndex, 4);
        if ((flags & ~FdFlags.All) != 0 || !descriptor.IsListening)
        {
            return Errno.Invalid;
        }

        var errno = descriptor.Accept(call.Context, out var accepted);
        if (errno == Errno.Success)
        {
            BinaryPrimitives.WriteInt32LittleEndian(result, Add(call.Context, accepted!, flags));
        }

        return errno;
    }

    private static Errno Shutdown(WasiCall call)
    {
        var descriptor = call.Context.Descriptors.GetSocket(call.UInt32(0));
        if (!descriptor.Rights.HasFlag(Rights.SocketShutdown))
        {
            return Errno.NotCapable;
        }

        SocketShutdown how;
        switch (call.UInt32(1))
        {
            case ShutdownReceive:
                how = SocketShutdown.Receive;
                break;
            case ShutdownSend:
                how = SocketShutdown.Send;
                break;
            case ShutdownReceive | ShutdownSend:
                how = SocketShutdown.Both;
                break;
            default:
                return Errno.Invalid;
        }

        descriptor.Socket.Shutdown(how);
        return Errno.Success;
    }

    private static int Add(WasiContext context, Socket socket, FdFlags flags) =>
        context.Descriptors.Add(new SocketDescriptor(socket) { Rights = Rights.Socket, Inheriting = Rights.Socket, InitialFlags = flags });
}
