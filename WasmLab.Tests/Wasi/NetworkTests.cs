using System.Net;
using WasmLab.Tests.Support;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi;

/// <summary>Which end points a guest may use, and that no other spelling of an address gets around the rules.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class NetworkTests
{
    private const uint Fd = 100;
    private const uint Vectors = 120;
    private const uint Address = 200;
    private const uint AddressBytes = 220;
    private const int Datagram = 1;
    private const int Stream = 2;

    [Theory]
    [InlineData("127.0.0.1:8080", "127.0.0.1", 8080, true)]
    [InlineData("127.0.0.1:8080", "127.0.0.1", 8081, false)]
    [InlineData("127.0.0.1:8080", "127.0.0.2", 8080, false)]
    [InlineData("127.0.0.1:8080", "::ffff:127.0.0.1", 8080, true)]
    [InlineData("127.0.0.1", "127.0.0.1", 1, true)]
    [InlineData("10.1.2.3/8:1-1024", "10.200.0.1", 1024, true)]
    [InlineData("10.1.2.3/8:1-1024", "10.200.0.1", 1025, false)]
    [InlineData("10.0.0.0/8", "::ffff:11.0.0.1", 80, false)]
    [InlineData("0.0.0.0/0", "1.2.3.4", 0, true)]
    [InlineData("0.0.0.0/0", "::1", 80, false)]
    [InlineData("::1", "::1", 80, true)]
    [InlineData("[::1]:80", "::1", 80, true)]
    [InlineData("[::1]:80", "::1", 81, false)]
    [InlineData("[fd00::]/8:443", "fd12::1", 443, true)]
    [InlineData("fd00::/8", "fe00::1", 443, false)]
    public void Range_EndPoint_IsInItOrNot(string range, string address, int port, bool expected) =>
        WasiEndPointRange.Parse(range).Contains(new IPEndPoint(IPAddress.Parse(address), port)).ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("127.0.0.1:")]
    [InlineData("127.0.0.1:x")]
    [InlineData("127.0.0.1:65536")]
    [InlineData("127.0.0.1:2-1")]
    [InlineData("127.0.0.1:1-2-3")]
    [InlineData("127.0.0.1/33")]
    [InlineData("127.0.0.1/8/8")]
    [InlineData("[::1")]
    [InlineData("[::1]x:80")]
    public void Range_OfAnotherForm_TellsTheForm(string text) =>
        Should.Throw<FormatException>(() => WasiEndPointRange.Parse(text)).Message.ShouldContain("ADDRESS[/BITS]");

    [Fact]
    public void Bind_WithoutANetwork_IsRefused()
    {
        using var guest = new WasiGuest(new WasiConfiguration());

        Call(guest, "sock_bind", Open(guest, Stream), IPAddress.Loopback, 0).ShouldBe(Errno.Access);
        Call(guest, "sock_bind", Open(guest, Datagram), IPAddress.Loopback, 0).ShouldBe(Errno.Access);
        guest.Call("sock_listen", Open(guest, Stream), 1).ShouldBe(Errno.Access, "listening binds too");
        Call(guest, "sock_connect", Open(guest, Stream), IPAddress.Loopback, 1).ShouldBe(Errno.Access);
    }

    [Fact]
    public void Bind_ToAnotherAddressThanAllowed_IsRefused()
    {
        using var guest = new WasiGuest(Only("127.0.0.5"));

        Call(guest, "sock_bind", Open(guest, Stream), IPAddress.Parse("127.0.0.5"), 0).ShouldBe(Errno.Success);
        Call(guest, "sock_bind", Open(guest, Stream), IPAddress.Parse("127.0.0.6"), 0).ShouldBe(Errno.Access);
        Call(guest, "sock_bind", Open(guest, Stream), IPAddress.Any, 0).ShouldBe(Errno.Access);
        Call(guest, "sock_bind", Open(guest, Stream, inet6: true), IPAddress.Parse("::ffff:127.0.0.6"), 0).ShouldBe(Errno.Access);
        Call(guest, "sock_bind", Open(guest, Stream, inet6: true), IPAddress.Parse("::ffff:127.0.0.5"), 0).ShouldBe(Errno.Success);
    }

    [Fact]
    public void ConnectAndSendTo_ToAnotherPeerThanAllowed_AreRefused()
    {
        using var guest = new WasiGuest(Only("127.0.0.5:9"));
        guest.Vectors(Vectors, (4096, 4));

        Call(guest, "sock_connect", Open(guest, Stream), IPAddress.Parse("127.0.0.5"), 9).ShouldBe(Errno.ConnectionRefused);
        Call(guest, "sock_connect", Open(guest, Stream), IPAddress.Parse("127.0.0.5"), 10).ShouldBe(Errno.Access);
        Call(guest, "sock_connect", Open(guest, Stream, inet6: true), IPAddress.Parse("::ffff:127.0.0.1"), 9).ShouldBe(Errno.Access);
        SendTo(guest, IPAddress.Parse("127.0.0.5"), 9).ShouldBe(Errno.Success);
        SendTo(guest, IPAddress.Parse("127.0.0.1"), 9).ShouldBe(Errno.Access);
    }

    [Fact]
    public void Bind_ToBothFamiliesWhereOneIsAllowed_TakesThatOneOnly()
    {
        Assert.SkipUnless(System.Net.Sockets.Socket.OSSupportsIPv6, "the machine has no IPv6");
        using var guest = new WasiGuest(new WasiConfiguration { Network = new WasiNetwork { Bind = [WasiEndPointRange.Parse("::/0")] } });
        var listener = Open(guest, Stream, inet6: true);

        Call(guest, "sock_bind", listener, IPAddress.IPv6Any, 0).ShouldBe(Errno.Success);
        guest.Call("sock_listen", listener, 1).ShouldBe(Errno.Success);

        guest.Context.Descriptors.GetSocket(listener).Socket.DualMode.ShouldBeFalse();
    }

    private static WasiConfiguration Only(string range) => new()
    {
        Network = new WasiNetwork { Bind = [WasiEndPointRange.Parse(range)], Connect = [WasiEndPointRange.Parse(range)] },
    };

    private static uint Open(WasiGuest guest, int type, bool inet6 = false)
    {
        guest.Call("sock_open", inet6 ? 2 : 1, type, Fd).ShouldBe(Errno.Success);
        return guest.U32(Fd);
    }

    private static Errno Call(WasiGuest guest, string name, uint socket, IPAddress address, int port)
    {
        WriteAddress(guest, address);
        return guest.Call(name, socket, Address, port);
    }

    private static Errno SendTo(WasiGuest guest, IPAddress address, int port)
    {
        WriteAddress(guest, address);
        return guest.Call("sock_send_to", Open(guest, Datagram), Vectors, 1, Address, port, 0, 400);
    }

    private static void WriteAddress(WasiGuest guest, IPAddress address)
    {
        var octets = address.GetAddressBytes();
        octets.CopyTo(guest.Bytes(AddressBytes, (uint)octets.Length));
        guest.Write(Address, AddressBytes);
        guest.Write(Address + 4, (uint)octets.Length);
    }
}
