using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using WasmLab.Wasm.Wasi.Sockets;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>sock_getlocaladdr</c> and <c>sock_getpeeraddr</c>.</summary>
internal static class SockAddressFunctions
{
    // What V1 calls the address types: not the numbers of the families.
    private const uint V1Inet4 = 4;
    private const uint V1Inet6 = 6;

    public static readonly WasiImport[] All =
    [
        WasiImport.Returning("sock_getlocaladdr", "iiii", call => WriteV1(call, Local)),
        WasiImport.Returning("sock_getlocaladdr", "iii", call => WriteV2(call, Local)),
        WasiImport.Returning("sock_getlocaladdr_v2", "iii", call => WriteV2(call, Local)),
        WasiImport.Returning("sock_getpeeraddr", "iiii", call => WriteV1(call, Peer)),
        WasiImport.Returning("sock_getpeeraddr", "iii", call => WriteV2(call, Peer)),
        WasiImport.Returning("sock_getpeeraddr_v2", "iii", call => WriteV2(call, Peer)),
    ];

    private static IPEndPoint Local(Socket socket) =>
        socket.LocalEndPoint as IPEndPoint
        ?? new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);

    private static IPEndPoint Peer(Socket socket) =>
        socket.RemoteEndPoint as IPEndPoint ?? throw new WasiErrnoException(Errno.NotConnected);

    private static Errno WriteV1(WasiCall call, Func<Socket, IPEndPoint> select)
    {
        var socket = call.Context.Descriptors.GetSocket(call.UInt32(0)).Socket;
        var address = new GuestAddress(call.Memory, call.UInt32(1));
        var type = call.Result(2, 4);
        var port = call.Result(3, 4);
        if (!address.IsOctets)
        {
            return Errno.Invalid;
        }

        var endPoint = select(socket);
        address.WriteOctets(endPoint.Address);
        BinaryPrimitives.WriteUInt32LittleEndian(type, endPoint.AddressFamily == AddressFamily.InterNetworkV6 ? V1Inet6 : V1Inet4);
        BinaryPrimitives.WriteInt32LittleEndian(port, endPoint.Port);
        return Errno.Success;
    }

    private static Errno WriteV2(WasiCall call, Func<Socket, IPEndPoint> select)
    {
        var socket = call.Context.Descriptors.GetSocket(call.UInt32(0)).Socket;
        var address = new GuestAddress(call.Memory, call.UInt32(1));
        var port = call.Result(2, 4);
        if (!address.IsStorage)
        {
            return Errno.Invalid;
        }

        var endPoint = select(socket);
        address.WriteStorage(endPoint.Address);
        BinaryPrimitives.WriteInt32LittleEndian(port, endPoint.Port);
        return Errno.Success;
    }
}
