using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using WasmLab.Tests.Support;
using WasmLab.Wasm.Wasi.Waiting;

namespace WasmLab.Tests.Wasi;

/// <summary>Both ways to wait behave the same; the one for Windows is tested everywhere.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class WaiterTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    public static TheoryData<bool> Waiters => OperatingSystem.IsWindows() ? [false] : [false, true];

    [Theory]
    [MemberData(nameof(Waiters))]
    public void Wait_OneOfTwoReadable_TellsWhich(bool poll)
    {
        using var waiter = Create(poll);
        using var first = Bound();
        using var second = Bound();
        using var sender = new UdpClient();
        sender.Send([1], (IPEndPoint)second.LocalEndPoint!);
        WaitEntry[] entries = [Entry(first, WaitEvents.Read), Entry(second, WaitEvents.Read)];

        waiter.Wait(entries, Long).ShouldBe(1);

        entries[0].Ready.ShouldBe(WaitEvents.None);
        entries[1].Ready.ShouldBe(WaitEvents.Read);
    }

    [Theory]
    [MemberData(nameof(Waiters))]
    public void Wait_Writable_ReturnsAtOnce(bool poll)
    {
        using var waiter = Create(poll);
        using var socket = Bound();
        WaitEntry[] entries = [Entry(socket, WaitEvents.Write)];

        waiter.Wait(entries, Long).ShouldBe(1);

        entries[0].Ready.ShouldBe(WaitEvents.Write);
    }

    [Theory]
    [MemberData(nameof(Waiters))]
    public void Wait_NothingHappens_ReturnsAfterTheTime(bool poll)
    {
        using var waiter = Create(poll);
        using var socket = Bound();
        WaitEntry[] entries = [Entry(socket, WaitEvents.Read)];
        var watch = Stopwatch.StartNew();

        waiter.Wait(entries, TimeSpan.FromMilliseconds(30)).ShouldBe(0);

        watch.Elapsed.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMilliseconds(29));
        waiter.Wait([], TimeSpan.Zero).ShouldBe(0);
    }

    [Theory]
    [MemberData(nameof(Waiters))]
    public async Task Wake_FromAnotherThread_EndsThisAndLaterWaits(bool poll)
    {
        using var waiter = Create(poll);
        using var socket = Bound();
        var waiting = Task.Run(() => waiter.Wait([Entry(socket, WaitEvents.Read)], TimeSpan.FromMilliseconds(-1)), TestContext.Current.CancellationToken);

        waiter.Wake();

        (await waiting).ShouldBe(0);
        waiter.Wait([Entry(socket, WaitEvents.Read)], TimeSpan.FromMilliseconds(-1)).ShouldBe(0);
    }

    private static IWaiter Create(bool poll) => poll ? new PollWaiter() : new SelectWaiter();

    private static Socket Bound()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static WaitEntry Entry(Socket socket, WaitEvents events) =>
        new() { Source = new WaitHandleSource(socket, (int)socket.Handle), Requested = events };
}
