using System.Collections.Concurrent;
using WasmLab.EmbeddedCluster.Nodes.Probes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Nodes;

[Trait(Category.Name, Category.Unit)]
public sealed class ProbeLoopTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Observer _observer = new();
    private volatile bool _isHealthy;
    private int _runs;

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    [Fact]
    public async Task Readiness_HealthyInTheFirstSecond_IsReportedWithoutWaitingForAPeriod()
    {
        _ = Start(ProbeKind.Readiness, new Probe { PeriodSeconds = 10 });
        await RunsAsync(1);
        _isHealthy = true;

        await UntilAsync(() => _observer.Changes.Contains("Readiness=True"), step: 0.005);

        (_time.GetUtcNow() - Begin).ShouldBeLessThan(TimeSpan.FromSeconds(1));
        _observer.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task Readiness_UnhealthyAfterTheFirstSecond_IsCountedAndReportedAtTheThreshold()
    {
        _ = Start(ProbeKind.Readiness, new Probe { PeriodSeconds = 5, FailureThreshold = 2 });

        await UntilAsync(() => _observer.Changes.Contains("Readiness=False"), step: 0.1);

        _observer.Failures.Count.ShouldBe(2);
        (_time.GetUtcNow() - Begin).ShouldBeGreaterThan(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Readiness_FailsAndRecovers_ReportsBoth()
    {
        _isHealthy = true;
        _ = Start(ProbeKind.Readiness, new Probe { PeriodSeconds = 1, FailureThreshold = 1 });
        await UntilAsync(() => _observer.Changes.Count == 1, step: 0.1);
        _isHealthy = false;
        await UntilAsync(() => _observer.Changes.Count == 2, step: 0.1);
        _isHealthy = true;
        await UntilAsync(() => _observer.Changes.Count == 3, step: 0.1);

        _observer.Changes.ShouldBe(["Readiness=True", "Readiness=False", "Readiness=True"]);
    }

    [Fact]
    public async Task Liveness_Healthy_ReportsNothing_AndFailingOnlyAtTheThreshold()
    {
        _isHealthy = true;
        _ = Start(ProbeKind.Liveness, new Probe { PeriodSeconds = 1 });
        await UntilAsync(() => Volatile.Read(ref _runs) >= 3, step: 0.1);
        _observer.Changes.ShouldBeEmpty();

        _isHealthy = false;
        await UntilAsync(() => !_observer.Changes.IsEmpty, step: 0.1);

        _observer.Changes.ShouldBe(["Liveness=False"]);
        _observer.Failures.Count.ShouldBe(3);
    }

    [Fact]
    public async Task InitialDelay_Set_NothingIsAskedBefore()
    {
        _ = Start(ProbeKind.Readiness, new Probe { InitialDelaySeconds = 5 });
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Volatile.Read(ref _runs).ShouldBe(0);

        await UntilAsync(() => Volatile.Read(ref _runs) == 1, step: 0.1);
    }

    [Fact]
    public async Task Startup_Succeeded_EndsTheLoop()
    {
        _isHealthy = true;
        var loop = Start(ProbeKind.Startup, new Probe { PeriodSeconds = 1 });

        await UntilAsync(() => loop.IsCompleted, step: 0.1);

        _observer.Changes.ShouldBe(["Startup=True"]);
    }

    private static DateTimeOffset Begin => new(2026, 11, 22, 9, 0, 0, TimeSpan.Zero);

    private Task Start(ProbeKind kind, Probe probe) => new ProbeLoop(
        kind,
        probe,
        _ =>
        {
            Interlocked.Increment(ref _runs);
            return Task.FromResult(_isHealthy ? ProbeResult.Success : ProbeResult.Failure("down"));
        },
        _observer,
        _time).RunAsync(_stop.Token);

    private Task RunsAsync(int count) => Wait.UntilAsync($"{count} probes", () => Volatile.Read(ref _runs) >= count);

    private Task UntilAsync(Func<bool> condition, double step) => Wait.UntilAsync("the probe's finding", () =>
    {
        if (condition())
        {
            return true;
        }

        _time.Advance(TimeSpan.FromSeconds(step));
        return condition();
    });

    private sealed class Observer : IProbeObserver
    {
        public ConcurrentQueue<string> Failures { get; } = new();

        public ConcurrentQueue<string> Changes { get; } = new();

        public void Failed(ProbeKind kind, string message) => Failures.Enqueue(message);

        public void Changed(ProbeKind kind, bool healthy) => Changes.Enqueue($"{kind}={healthy}");
    }
}
