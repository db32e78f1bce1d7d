using System.Net;
using System.Net.Sockets;
using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi;

[Trait(Category.Name, Category.Unit)]
public sealed class SockTests
{
    private const uint Fd = 100;
    private const uint Vectors = 120;
    private const uint Address = 200;
    private const uint AddressBytes = 220;
    private const uint Count = 400;
    private const uint Flags = 404;
    private const uint Port = 408;
    private const uint Kind = 412;
    private const uint Buffer = 4096;
    private const int Inet4 = 1;
    private const int Datagram = 1;
    private const int Stream = 2;

    public static TheoryData<bool> Versions => [false, true];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task Server_OverEitherVersion_AnswersAClient(bool second)
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var guest = second
            ? new WasiGuest(null, ("sock_accept", "iii"), ("sock_getlocaladdr", "iii"), ("sock_getpeeraddr", "iii"))
            : new WasiGuest(null, ("sock_accept", "ii"), ("sock_getlocaladdr", "iiii"), ("sock_getpeeraddr", "iiii"));
        var listener = Open(guest, Stream);
        Bind(guest, listener, IPAddress.Loopback, second).ShouldBe(Errno.Success);
        guest.Call("sock_listen", listener, 10).ShouldBe(Errno.Success);
        var port = LocalPort(guest, listener, second);

        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, cancellation);
        (second ? guest.Call("sock_accept", listener, 0, Fd) : guest.Call("sock_accept", listener, Fd)).ShouldBe(Errno.Success);
        var connection = guest.U32(Fd);
        await client.GetStream().WriteAsync("ping"u8.ToArray(), cancellation);
        guest.Vectors(Vectors, (Buffer, 2), (Buffer + 2, 100));
        guest.Call("sock_recv", connection, Vectors, 2, 0, Count, Flags).ShouldBe(Errno.Success);
        guest.Text(Buffer, guest.U32(Count)).ShouldBe("ping");
        guest.Vectors(Vectors, (Buffer, guest.Write(Buffer, "po")), (Buffer + 10, guest.Write(Buffer + 10, "ng")));
        guest.Call("sock_send", connection, Vectors, 2, 0, Count).ShouldBe(Errno.Success);
        guest.U32(Count).ShouldBe(4u);
        guest.Call("sock_shutdown", connection, 2).ShouldBe(Errno.Success);

        (await new StreamReader(client.GetStream()).ReadToEndAsync(cancellation)).ShouldBe("pong");
        PeerPort(guest, connection, second).ShouldBe(((IPEndPoint)client.Client.LocalEndPoint!).Port);
        client.Close();
        guest.Vectors(Vectors, (Buffer, 100));
        guest.Call("fd_read", connection, Vectors, 1, Count).ShouldBe(Errno.Success);
        guest.U32(Count).ShouldBe(0u);
        guest.Call("fd_close", connection).ShouldBe(Errno.Success);
        guest.Call("sock_recv", connection, Vectors, 1, 0, Count, Flags).ShouldBe(Errno.BadDescriptor);
    }

    [Fact]
    public void NonBlocking_NothingThere_IsAgain()
    {
        using var guest = new WasiGuest();
        var listener = Listen(guest);
        guest.Call("fd_fdstat_set_flags", listener, 4).ShouldBe(Errno.Success);

        guest.Call("sock_accept", listener, Fd).ShouldBe(Errno.Again);
        guest.Call("fd_fdstat_get", listener, Buffer).ShouldBe(Errno.Success);
        guest.Bytes(Buffer, 1)[0].ShouldBe((byte)6);
        guest.U16(Buffer + 2).ShouldBe((ushort)4);

        var (client, server) = Connect(guest, listener);
        guest.Call("fd_fdstat_set_flags", server, 4).ShouldBe(Errno.Success);
        guest.Vectors(Vectors, (Buffer, 10));
        guest.Call("sock_recv", server, Vectors, 1, 0, Count, Flags).ShouldBe(Errno.Again);
        guest.Call("fd_read", server, Vectors, 1, Count).ShouldBe(Errno.Again);
        guest.Call("sock_recv", client, Vectors, 1, 8, Count, Flags).ShouldBe(Errno.Invalid);
    }

    [Fact]
    public void NonBlocking_SendIntoAFullBuffer_IsPartialThenAgainAndPollTellsWhenThereIsRoom()
    {
        using var guest = new WasiGuest();
        var (client, server) = Connect(guest, Listen(guest));
        guest.Call("fd_fdstat_set_flags", client, 4).ShouldBe(Errno.Success);
        guest.Vectors(Vectors, (0, 60000));

        Errno errno;
        var sent = 0L;
        do
        {
            errno = guest.Call("sock_send", client, Vectors, 1, 0, Count);
            sent += errno == Errno.Success ? guest.U32(Count) : 0;
        }
        while (errno == Errno.Success);

        errno.ShouldBe(Errno.Again);
        PollOne(guest, client, tag: 2, nanoseconds: 0).ShouldBe(0u, "only the clock");
        while (sent > 0)
        {
            guest.Vectors(Vectors, (Buffer, 50000));
            guest.Call("sock_recv", server, Vectors, 1, 0, Count, Flags).ShouldBe(Errno.Success);
            sent -= guest.U32(Count);
        }

        PollOne(guest, client, tag: 2, nanoseconds: 10_000_000_000).ShouldBe(2u);
    }

    [Fact]
    public void Receive_PeekAndWaitAll_DoAsTheySay()
    {
        using var guest = new WasiGuest();
        var (client, server) = Connect(guest, Listen(guest));
        SendText(guest, client, "abcdef");

        guest.Vectors(Vectors, (Buffer, 3));
        guest.Call("sock_recv", server, Vectors, 1, 1, Count, Flags).ShouldBe(Errno.Success);
        guest.Text(Buffer, guest.U32(Count)).ShouldBe("abc");
        guest.Vectors(Vectors, (Buffer, 100));
        guest.Call("sock_recv", server, Vectors, 1, 0, Count, Flags).ShouldBe(Errno.Success);
        guest.Text(Buffer, guest.U32(Count)).ShouldBe("abcdef");

        SendText(guest, client, "12");
        SendText(guest, client, "34");
        guest.Call("sock_shutdown", client, 2).ShouldBe(Errno.Success);
        guest.Call("sock_recv", server, Vectors, 1, 2, Count, Flags).ShouldBe(Errno.Success);
        guest.Text(Buffer, guest.U32(Count)).ShouldBe("1234");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Connect_NobodyListens_IsRefused(bool blocking)
    {
        using var guest = new WasiGuest();
        var listener = Listen(guest);
        var port = LocalPort(guest, listener, second: false);
        guest.Call("fd_close", listener).ShouldBe(Errno.Success);
        var client = Open(guest, Stream);
        guest.Call("fd_fdstat_set_flags", client, blocking ? 0 : 4).ShouldBe(Errno.Success);
        WriteAddress(guest, IPAddress.Loopback);

        var errno = guest.Call("sock_connect", client, Address, port);

        if (errno == Errno.InProgress)
        {
            PollOne(guest, client, tag: 2, nanoseconds: 10_000_000_000).ShouldBe(2u);
            guest.Write(Count, 4u);
            guest.Call("sock_getsockopt", client, 0, 2, Buffer, Count).ShouldBe(Errno.Success);
            errno = (Errno)guest.U32(Buffer);
        }

        errno.ShouldBe(Errno.ConnectionRefused);
    }

    [Fact]
    public void Datagrams_BothVersions_HaveTheSendersAddress()
    {
        using var guest = new WasiGuest(null, ("sock_recv_from", "iiiiiiii"));
        var receiver = Open(guest, Datagram);
        Bind(guest, receiver, IPAddress.Loopback, second: false).ShouldBe(Errno.Success);
        var port = LocalPort(guest, receiver, second: false);
        var sender = Open(guest, Datagram);
        Bind(guest, sender, IPAddress.Loopback, second: false).ShouldBe(Errno.Success);
        var senderPort = LocalPort(guest, sender, second: false);

        WriteAddress(guest, IPAddress.Loopback);
        guest.Vectors(Vectors, (Buffer, guest.Write(Buffer, "data")), (Buffer + 50, guest.Write(Buffer + 50, "gram")));
        guest.Call("sock_send_to", sender, Vectors, 2, Address, port, 0, Count).ShouldBe(Errno.Success);
        guest.U32(Count).ShouldBe(8u);

        guest.Vectors(Vectors, (Buffer, 3), (Buffer + 50, 2));
        guest.Vectors(Address, (AddressBytes, 128));
        guest.Call("sock_recv_from", receiver, Vectors, 2, Address, 0, Port, Count, Flags).ShouldBe(Errno.Success);
        guest.U32(Count).ShouldBe(5u);
        guest.U16(Flags).ShouldBe((ushort)1, "the rest found no room");
        (guest.Text(Buffer, 3) + guest.Text(Buffer + 50, 2)).ShouldBe("datag");
        guest.U16(AddressBytes).ShouldBe((ushort)1);
        guest.Bytes(AddressBytes + 2, 4).ToArray().ShouldBe(IPAddress.Loopback.GetAddressBytes());
        BitConverter.ToUInt16([guest.Bytes(Port + 1, 1)[0], guest.Bytes(Port, 1)[0]]).ShouldBe((ushort)senderPort, "in network order");
    }

    [Fact]
    public void Datagram_FirstVersion_HasTheOctetsOnly()
    {
        using var guest = new WasiGuest(null, ("sock_recv_from", "iiiiiii"));
        var receiver = Open(guest, Datagram);
        Bind(guest, receiver, IPAddress.Loopback, second: false).ShouldBe(Errno.Success);
        var port = LocalPort(guest, receiver, second: false);
        using var sender = new UdpClient();
        sender.Send("hi"u8.ToArray(), new IPEndPoint(IPAddress.Loopback, port));

        guest.Vectors(Vectors, (Buffer, 10));
        guest.Vectors(Address, (AddressBytes, 4));
        guest.Call("sock_recv_from", receiver, Vectors, 1, Address, 0, Count, Flags).ShouldBe(Errno.Success);

        guest.Text(Buffer, guest.U32(Count)).ShouldBe("hi");
        guest.U16(Flags).ShouldBe((ushort)0);
        guest.Bytes(AddressBytes, 4).ToArray().ShouldBe(IPAddress.Loopback.GetAddressBytes());
    }

    [Theory]
    [InlineData(false, "0.0.0.0")]
    [InlineData(true, "::")]
    public void Bind_UnspecifiedAddress_GoesToTheConfiguredOne(bool inet6, string any)
    {
        Assert.SkipWhen(inet6 && !Socket.OSSupportsIPv6, "this system has no IPv6");
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsWindows(), "all of 127/8 is local on Linux and Windows only");
        using var guest = new WasiGuest(new WasiConfiguration { Network = WasiNetwork.All, BindAddress = IPAddress.Parse("127.77.88.99") });
        var listener = Open(guest, Stream, inet6 ? 2 : Inet4);

        Bind(guest, listener, IPAddress.Parse(any), second: true).ShouldBe(Errno.Success);
        guest.Call("sock_listen", listener, 1).ShouldBe(Errno.Success);

        guest.Vectors(Address, (AddressBytes, 128));
        guest.Call("sock_getlocaladdr_v2", listener, Address, Port).ShouldBe(Errno.Success);
        using var client = new TcpClient();
        client.Connect(IPAddress.Parse("127.77.88.99"), (int)guest.U32(Port));
        Should.Throw<SocketException>(() =>
        {
            using var other = new TcpClient();
            other.Connect(IPAddress.Loopback, (int)guest.U32(Port));
        });
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(8, false)]
    [InlineData(128, false)]
    [InlineData(64, true)]
    public void Bind_BufferOfAnotherLength_IsInvalid(int length, bool second)
    {
        using var guest = new WasiGuest();
        var socket = Open(guest, Stream);
        guest.Vectors(Address, (AddressBytes, (uint)length));

        guest.Call(second ? "sock_bind_v2" : "sock_bind", socket, Address, 0).ShouldBe(Errno.Invalid);
    }

    [Fact]
    public void Bind_PortInUse_IsAddressInUse()
    {
        using var guest = new WasiGuest();
        var port = LocalPort(guest, Listen(guest), second: false);
        var other = Open(guest, Stream);
        guest.Write(Buffer, 1u);
        guest.Call("sock_setsockopt", other, 0, 0, Buffer, 4).ShouldBe(Errno.Success);
        WriteAddress(guest, IPAddress.Loopback);

        var bound = guest.Call("sock_bind", other, Address, port);
        var errno = bound == Errno.Success ? guest.Call("sock_listen", other, 1) : bound;

        errno.ShouldBe(Errno.AddressInUse, "REUSEADDR must not let two servers share a port");
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(0, 1)]
    [InlineData(7, 1)]
    [InlineData(4, 1)]
    public void Option_SetToOne_IsReadBack(int option, int expected)
    {
        using var guest = new WasiGuest();
        var socket = Open(guest, option == 4 ? Datagram : Stream);
        guest.Write(Buffer, 1u);
        if (option != 1)
        {
            guest.Call("sock_setsockopt", socket, 0, option, Buffer, 4).ShouldBe(Errno.Success);
        }

        guest.Write(Count, 4u);
        guest.Call("sock_getsockopt", socket, 0, option, Buffer + 8, Count).ShouldBe(Errno.Success);

        guest.U32(Buffer + 8).ShouldBe((uint)expected);
        guest.U32(Count).ShouldBe(4u);
    }

    [Fact]
    public void ReceiveTimeout_Passes_IsAgain()
    {
        using var guest = new WasiGuest();
        var (client, _) = Connect(guest, Listen(guest));
        guest.Write(Buffer, 0UL);
        guest.Write(Buffer + 8, 20_000UL);
        guest.Call("sock_setsockopt", client, 0, 11, Buffer, 16).ShouldBe(Errno.Success);
        guest.Write(Count, 16u);
        guest.Call("sock_getsockopt", client, 0, 11, Buffer + 100, Count).ShouldBe(Errno.Success);
        guest.U64(Buffer + 108).ShouldBe(20_000UL);

        guest.Vectors(Vectors, (Buffer, 10));
        guest.Call("sock_recv", client, Vectors, 1, 0, Count, Flags).ShouldBe(Errno.Again);
    }

    [Theory]
    [InlineData("sock_accept")]
    [InlineData("sock_recv")]
    [InlineData("fd_read")]
    [InlineData("sock_recv_from")]
    public async Task BlockedCall_Interrupted_TrapsAndTheSocketsClose(string name)
    {
        using var guest = new WasiGuest(null, ("sock_recv_from", "iiiiiii"));
        var listener = Listen(guest);
        var (client, _) = Connect(guest, listener);
        var datagram = Open(guest, Datagram);
        Bind(guest, datagram, IPAddress.Loopback, second: false).ShouldBe(Errno.Success);
        guest.Vectors(Vectors, (Buffer, 10));
        guest.Vectors(Address, (AddressBytes, 4));
        object[] arguments = name switch
        {
            "sock_accept" => [listener, Fd],
            "sock_recv" => [client, Vectors, 1, 0, Count, Flags],
            "fd_read" => [client, Vectors, 1, Count],
            _ => [datagram, Vectors, 1, Address, 0, Count, Flags],
        };
        var blocked = Task.Run(() => guest.Call(name, arguments), TestContext.Current.CancellationToken);
        await Wait.UntilAsync("the guest is blocked", () => guest.Context.IsWaiting);

        guest.Interrupt();

        (await Should.ThrowAsync<TrapException>(blocked)).Kind.ShouldBe(TrapKind.Interrupted);
    }

    [Fact]
    public void Open_UnknownFamilyOrType_IsRefused()
    {
        using var guest = new WasiGuest();

        guest.Call("sock_open", 0, Stream, Fd).ShouldBe(Errno.Invalid);
        guest.Call("sock_open", 3, Stream, Fd).ShouldBe(Errno.NotImplemented);
        guest.Call("sock_open", Inet4, 0, Fd).ShouldBe(Errno.Invalid);
        guest.Call("sock_listen", 1, 1).ShouldBe(Errno.NotSocket);
        guest.Call("sock_accept", Open(guest, Stream), Fd).ShouldBe(Errno.Invalid);
        guest.Call("sock_shutdown", Open(guest, Stream), 3).ShouldBe(Errno.NotConnected);
        guest.Call("sock_shutdown", Open(guest, Stream), 4).ShouldBe(Errno.Invalid);
    }

    private static uint Open(WasiGuest guest, int type, int family = Inet4)
    {
        guest.Call("sock_open", family, type, Fd).ShouldBe(Errno.Success);
        return guest.U32(Fd);
    }

    private static uint Listen(WasiGuest guest)
    {
        var listener = Open(guest, Stream);
        Bind(guest, listener, IPAddress.Loopback, second: false).ShouldBe(Errno.Success);
        guest.Call("sock_listen", listener, 10).ShouldBe(Errno.Success);
        return listener;
    }

    private static (uint Client, uint Server) Connect(WasiGuest guest, uint listener)
    {
        var client = Open(guest, Stream);
        var port = LocalPort(guest, listener, second: false);
        WriteAddress(guest, IPAddress.Loopback);
        guest.Call("sock_connect", client, Address, port).ShouldBe(Errno.Success);
        Errno errno;
        do
        {
            errno = guest.Call("sock_accept", listener, Fd);
        }
        while (errno == Errno.Again);

        errno.ShouldBe(Errno.Success);
        return (client, guest.U32(Fd));
    }

    private static void SendText(WasiGuest guest, uint fd, string text)
    {
        guest.Vectors(Vectors, (Buffer, guest.Write(Buffer, text)));
        guest.Call("sock_send", fd, Vectors, 1, 0, Count).ShouldBe(Errno.Success);
        guest.Vectors(Vectors, (Buffer, 100));
    }

    private static void WriteAddress(WasiGuest guest, IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        bytes.CopyTo(guest.Bytes(AddressBytes, (uint)bytes.Length));
        guest.Vectors(Address, (AddressBytes, (uint)bytes.Length));
    }

    private static Errno Bind(WasiGuest guest, uint socket, IPAddress address, bool second)
    {
        if (!second)
        {
            WriteAddress(guest, address);
            return guest.Call("sock_bind", socket, Address, 0);
        }

        guest.Bytes(AddressBytes, 128).Clear();
        guest.Write(AddressBytes, address.AddressFamily == AddressFamily.InterNetworkV6 ? 2u : 1u);
        address.GetAddressBytes().CopyTo(guest.Bytes(AddressBytes + 2, 16));
        guest.Vectors(Address, (AddressBytes, 128));
        return guest.Call("sock_bind_v2", socket, Address, 0);
    }

    private static int LocalPort(WasiGuest guest, uint socket, bool second) => ReadPort(guest, "sock_getlocaladdr", socket, second);

    private static int PeerPort(WasiGuest guest, uint socket, bool second) => ReadPort(guest, "sock_getpeeraddr", socket, second);

    private static int ReadPort(WasiGuest guest, string name, uint socket, bool second)
    {
        guest.Vectors(Address, (AddressBytes, second ? 128u : 4u));
        if (second)
        {
            guest.Call(name, socket, Address, Port).ShouldBe(Errno.Success);
            guest.U16(AddressBytes).ShouldBe((ushort)1);
        }
        else
        {
            guest.Call(name, socket, Address, Kind, Port).ShouldBe(Errno.Success);
            guest.U32(Kind).ShouldBe(4u);
        }

        guest.Bytes(second ? AddressBytes + 2 : AddressBytes, 4).ToArray().ShouldBe(IPAddress.Loopback.GetAddressBytes());
        return (int)guest.U32(Port);
    }

    /// <summary>Polls a descriptor beside a clock; returns the kind of the first event.</summary>
    private static uint PollOne(WasiGuest guest, uint fd, byte tag, ulong nanoseconds)
    {
        const uint Subscriptions = 30000;
        const uint Events = 31000;
        guest.Bytes(Subscriptions, 96).Clear();
        guest.Bytes(Subscriptions + 8, 1)[0] = tag;
        guest.Write(Subscriptions + 16, fd);
        guest.Write(Subscriptions + 48 + 16, 1u);
        guest.Write(Subscriptions + 48 + 24, nanoseconds);
        guest.Call("poll_oneoff", Subscriptions, Events, 2, Count).ShouldBe(Errno.Success);
        return guest.Bytes(Events + 10, 1)[0];
    }
}
