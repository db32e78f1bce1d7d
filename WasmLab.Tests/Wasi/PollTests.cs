using System.Diagnostics;
using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi;

[Trait(Category.Name, Category.Unit)]
public sealed class PollTests : IDisposable
{
    private const uint Subscriptions = 1000;
    private const uint Events = 4000;
    private const uint Count = 900;

    private readonly WasiGuest _guest = new();

    [Fact]
    public void Poll_Nothing_IsInvalid() => Poll(0).ShouldBe(Errno.Invalid);

    [Theory]
    [InlineData("poll_oneoff")]
    [InlineData("epoll_oneoff")]
    public void Poll_ClockOfZero_ReturnsAtOnceWithItsEvent(string name)
    {
        Clock(0, userData: 77, nanoseconds: 0);

        Poll(1, name).ShouldBe(Errno.Success);

        _guest.U32(Count).ShouldBe(1u);
        _guest.U64(Events).ShouldBe(77UL);
        _guest.U16(Events + 8).ShouldBe((ushort)0);
        _guest.Bytes(Events + 10, 1)[0].ShouldBe((byte)0);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    public void Poll_TwoClocks_WaitsForTheEarlier(int clock, bool absolute)
    {
        ulong Due(ulong nanoseconds)
        {
            _guest.Call("clock_time_get", clock, 1L, 100).ShouldBe(Errno.Success);
            return absolute ? _guest.U64(100) + nanoseconds : nanoseconds;
        }

        var watch = Stopwatch.StartNew();
        Clock(0, 1, Due(20_000_000), clock, absolute);
        Clock(1, 2, Due(60_000_000_000), clock, absolute);

        Poll(2).ShouldBe(Errno.Success);

        _guest.U32(Count).ShouldBe(1u);
        _guest.U64(Events).ShouldBe(1UL);
        watch.ElapsedMilliseconds.ShouldBeGreaterThanOrEqualTo(19);
    }

    [Fact]
    public void Poll_ClockAndASocketWithNothing_SleepsInsteadOfSpinning()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "other systems have no clock of a thread's processor time");
        _guest.Call("sock_open", 1, 1, 100).ShouldBe(Errno.Success);
        Clock(0, 1, 300_000_000);
        Descriptor(1, 2, tag: 1, _guest.U32(100));
        var before = ProcessorTime();

        Poll(2).ShouldBe(Errno.Success);

        _guest.U64(Events).ShouldBe(1UL);
        (ProcessorTime() - before).ShouldBeLessThan(100_000_000UL);
    }

    [Fact]
    public void Poll_AbsoluteTimeInThePast_ReturnsAtOnce()
    {
        Clock(0, 5, 1, clock: 0, absolute: true);

        Poll(1).ShouldBe(Errno.Success);

        _guest.U64(Events).ShouldBe(5UL);
    }

    [Fact]
    public void Poll_DescriptorsThatNeverBlock_AreReadyBesideAClock()
    {
        Descriptor(0, 1, tag: 1, fd: 0);
        Descriptor(1, 2, tag: 2, fd: 1);
        Clock(2, 3, 60_000_000_000);

        Poll(3).ShouldBe(Errno.Success);

        _guest.U32(Count).ShouldBe(2u);
        _guest.U64(Events).ShouldBe(1UL);
        _guest.Bytes(Events + 10, 1)[0].ShouldBe((byte)1);
        _guest.U64(Events + 32).ShouldBe(2UL);
        _guest.Bytes(Events + 42, 1)[0].ShouldBe((byte)2);
    }

    [Fact]
    public void Poll_WrongSubscriptions_AreEventsWithTheirError()
    {
        Descriptor(0, 1, tag: 1, fd: 99);
        Descriptor(1, 2, tag: 1, fd: 0);
        Descriptor(2, 3, tag: 1, fd: 0);

        Poll(3).ShouldBe(Errno.Success);

        _guest.U32(Count).ShouldBe(3u);
        _guest.U16(Events + 8).ShouldBe((ushort)Errno.BadDescriptor);
        _guest.U16(Events + 32 + 8).ShouldBe((ushort)Errno.Success);
        _guest.U16(Events + 64 + 8).ShouldBe((ushort)Errno.Exist);
    }

    [Fact]
    public void Poll_EventsOverTheSubscriptions_AreOneASubscription()
    {
        Descriptor(0, 1, tag: 1, fd: 0);
        Clock(1, 2, nanoseconds: 0);

        _guest.Call("poll_oneoff", Subscriptions, Subscriptions, 2, Count).ShouldBe(Errno.Success);

        _guest.U32(Count).ShouldBe(2u);
        _guest.U64(Subscriptions).ShouldBe(1UL);
        _guest.U64(Subscriptions + 32).ShouldBe(2UL);
    }

    [Fact]
    public void Poll_UnknownClockOrTag_IsInvalid()
    {
        Clock(0, 1, 0, clock: 9);
        Poll(1).ShouldBe(Errno.Invalid);
        Descriptor(0, 1, tag: 3, fd: 0);
        Poll(1).ShouldBe(Errno.Invalid);
    }

    [Fact]
    public async Task Poll_InterruptedWhileItSleeps_TrapsWithinMilliseconds()
    {
        Clock(0, 1, 60_000_000_000);
        var polling = Task.Run(() => Poll(1), TestContext.Current.CancellationToken);
        await Wait.UntilAsync("the guest is blocked", () => _guest.Context.IsWaiting);
        var watch = Stopwatch.StartNew();

        _guest.Interrupt();

        var trap = await Should.ThrowAsync<TrapException>(polling);
        trap.Kind.ShouldBe(TrapKind.Interrupted);
        watch.ElapsedMilliseconds.ShouldBeLessThan(1000);
    }

    public void Dispose() => _guest.Dispose();

    private Errno Poll(int count, string name = "poll_oneoff") => _guest.Call(name, Subscriptions, Events, count, Count);

    private ulong ProcessorTime()
    {
        _guest.Call("clock_time_get", 3, 1L, 100).ShouldBe(Errno.Success);
        return _guest.U64(100);
    }

    private void Clock(uint index, ulong userData, ulong nanoseconds, int clock = 1, bool absolute = false)
    {
        var address = Subscriptions + (index * 48);
        _guest.Bytes(address, 48).Clear();
        _guest.Write(address, userData);
        _guest.Write(address + 16, (uint)clock);
        _guest.Write(address + 24, nanoseconds);
        _guest.Write(address + 40, absolute ? 1u : 0u);
    }

    private void Descriptor(uint index, ulong userData, byte tag, uint fd)
    {
        var address = Subscriptions + (index * 48);
        _guest.Bytes(address, 48).Clear();
        _guest.Write(address, userData);
        _guest.Bytes(address + 8, 1)[0] = tag;
        _guest.Write(address + 16, fd);
    }
}
