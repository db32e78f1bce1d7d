using WasmLab.Tests.Support;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi;

[Trait(Category.Name, Category.Unit)]
public sealed class ClockTests
{
    [Fact]
    public void TimeGet_Realtime_IsTheProvidersTimeInNanoseconds()
    {
        using var guest = new WasiGuest(new WasiConfiguration { TimeProvider = new FixedTime() });

        guest.Call("clock_time_get", 0, 1L, 100).ShouldBe(Errno.Success);

        guest.U64(100).ShouldBe(1_000_000_000UL * 1_800_000_000 + 700);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void TimeGet_EachClock_HasTimeAndResolution(int clock)
    {
        using var guest = new WasiGuest();

        guest.Call("clock_time_get", clock, 1L, 100).ShouldBe(Errno.Success);
        guest.Call("clock_res_get", clock, 108).ShouldBe(Errno.Success);

        guest.U64(100).ShouldBeGreaterThan(0UL);
        guest.U64(108).ShouldBeInRange(1UL, 1_000_000UL);
    }

    [Fact]
    public void TimeGet_Monotonic_NeverGoesBack()
    {
        using var guest = new WasiGuest();
        var last = 0UL;
        for (var i = 0; i < 1000; i++)
        {
            guest.Call("clock_time_get", 1, 1L, 100).ShouldBe(Errno.Success);
            guest.U64(100).ShouldBeGreaterThanOrEqualTo(last);
            last = guest.U64(100);
        }
    }

    [Fact]
    public void TimeGet_UnknownClock_IsInvalid()
    {
        using var guest = new WasiGuest();

        guest.Call("clock_time_get", 4, 1L, 100).ShouldBe(Errno.Invalid);
        guest.Call("clock_res_get", 99, 100).ShouldBe(Errno.Invalid);
    }

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(1_800_000_000).AddTicks(7);
    }
}
