using System.Net;
using WasmLab.Tests.Support;
using WasmLab.Wasm.Wasi;
using WasmLab.Wasm.Wasi.Sockets;

namespace WasmLab.Tests.Wasi;

[Trait(Category.Name, Category.Unit)]
public sealed class SockAddrInfoTests
{
    private const uint Hints = 100;
    private const uint First = 140;
    private const uint Count = 144;
    private const uint Node = 200;
    private const uint Service = 300;
    private const uint List = 1000;
    private const uint EntrySize = 28;

    [Fact]
    public void GetAddrInfo_NumericAddressAndPort_FillsTheGuestsList()
    {
        using var guest = new WasiGuest();

        Ask(guest, "192.0.2.7", "8080", capacity: 4).ShouldBe(Errno.Success);

        guest.U32(Count).ShouldBe(1u);
        guest.Bytes(List + 2, 1)[0].ShouldBe((byte)1);
        guest.Bytes(List + 3, 1)[0].ShouldBe((byte)2);
        guest.U32(List + 8).ShouldBe(16u);
        var socketAddress = guest.U32(List + 12);
        guest.Bytes(socketAddress, 1)[0].ShouldBe((byte)1);
        guest.U32(socketAddress + 4).ShouldBe(14u);
        var data = guest.U32(socketAddress + 8);
        guest.Bytes(data, 6).ToArray().ShouldBe([0x1F, 0x90, 192, 0, 2, 7]);
    }

    [Fact]
    public void GetAddrInfo_Inet6_HasThePortFlowAndAddress()
    {
        using var guest = new WasiGuest();

        Ask(guest, "2001:db8::1", "80", capacity: 1).ShouldBe(Errno.Success);

        var data = guest.U32(guest.U32(List + 12) + 8);
        guest.Bytes(data, 2).ToArray().ShouldBe([0, 80]);
        guest.Bytes(data + 6, 16).ToArray().ShouldBe(IPAddress.Parse("2001:db8::1").GetAddressBytes());
    }

    [Fact]
    public void GetAddrInfo_Localhost_IsLoopback()
    {
        using var guest = new WasiGuest();

        Ask(guest, "localhost", "1", capacity: 4, family: 1).ShouldBe(Errno.Success);

        guest.Bytes(guest.U32(guest.U32(List + 12) + 8) + 2, 4).ToArray().ShouldBe(IPAddress.Loopback.GetAddressBytes());
    }

    [Theory]
    [InlineData("", "", 1, nameof(Errno.AiNoName))]
    [InlineData("127.0.0.1", "80", 0, nameof(Errno.AiMemory))]
    [InlineData("127.0.0.1", "no-such-service", 1, nameof(Errno.AiService))]
    [InlineData("::1", "80", 1, nameof(Errno.AiNoName))]
    public void GetAddrInfo_WrongQuestion_TellsWhy(string node, string service, uint capacity, string expected)
    {
        using var guest = new WasiGuest();

        Ask(guest, node, service, capacity, family: 1).ToString().ShouldBe(expected);
    }

    [Fact]
    public void ServiceNames_OfAList_AreFoundByNameAndAlias()
    {
        string[] lines = ["# comment", "http  80/tcp  www # World Wide Web", "domain\t53/udp"];

        ServiceNames.Find(lines, "http").ShouldBe((ushort)80);
        ServiceNames.Find(lines, "www").ShouldBe((ushort)80);
        ServiceNames.Find(lines, "domain").ShouldBe((ushort)53);
        ServiceNames.Find(lines, "World").ShouldBeNull();
    }

    private static Errno Ask(WasiGuest guest, string node, string service, uint capacity, byte family = 0)
    {
        guest.Bytes(Hints, EntrySize).Clear();
        guest.Bytes(Hints + 2, 1)[0] = family;
        guest.Bytes(Hints + 3, 1)[0] = 2;
        guest.Write(First, List);
        for (var i = 0u; i < 4; i++)
        {
            var entry = List + (i * EntrySize);
            var socketAddress = 2000 + (i * 12);
            guest.Write(entry + 12, socketAddress);
            guest.Write(entry + 24, entry + EntrySize);
            guest.Write(socketAddress + 8, 3000 + (i * 32));
        }

        return guest.Call("sock_getaddrinfo", Node, guest.Write(Node, node), Service, guest.Write(Service, service), Hints, First, capacity, Count);
    }
}
