using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Probes;

/// <summary>Told of what a container's probes find. Calls come from the probes' own tasks.</summary>
internal interface IProbeObserver
{
    /// <summary>A probe failed, whether or not the threshold is reached.</summary>
    void Failed(ProbeKind kind, string message);

    /// <summary>The threshold of successes or failures was reached and the state changed.</summary>
    void Changed(ProbeKind kind, bool healthy);
}

/// <summary>Runs one probe of one container until stopped.</summary>
/// <remarks>
/// As the kubelet does, with one addition: where no initial delay is asked for, a container is asked for readiness in quick
/// succession during its first second, because it is up in milliseconds and would otherwise wait for the next whole period.
/// Failures of that second are not counted and make no events.
/// </remarks>
internal sealed class ProbeLoop(
    ProbeKind kind, Probe probe, Func<CancellationToken, Task<ProbeResult>> run, IProbeObserver observer, TimeProvider time)
{
    private static readonly TimeSpan EagerPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstEagerDelay = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestEagerDelay = TimeSpan.FromMilliseconds(100);

    // Readiness and startup begin as not reached, liveness as healthy.
    private bool? _reported = kind == ProbeKind.Liveness ? true : null;
    private int _successes;
    private int _failures;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var period = TimeSpan.FromSeconds(Math.Max(1, probe.PeriodSeconds ?? 10));
            if (probe.InitialDelaySeconds is { } delay and > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(delay), time, cancellationToken).ConfigureAwait(false);
            }
            else if (kind != ProbeKind.Liveness && await RunEagerlyAsync(cancellationToken).ConfigureAwait(false))
            {
                await Task.Delay(period, time, cancellationToken).ConfigureAwait(false);
            }

            while (!IsFinished)
            {
                Count(await run(cancellationToken).ConfigureAwait(false));
                await Task.Delay(period, time, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The container is being stopped.
        }
    }

    // A startup probe has done its work when it has succeeded once.
    private bool IsFinished => kind == ProbeKind.Startup && _reported is true;

    private async Task<bool> RunEagerlyAsync(CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var delay = FirstEagerDelay;
        while (time.GetElapsedTime(start) < EagerPeriod)
        {
            var result = await run(cancellationToken).ConfigureAwait(false);
            if (result.Succeeded)
            {
                Count(result);
                return true;
            }

            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            delay = delay * 2 < LongestEagerDelay ? delay * 2 : LongestEagerDelay;
        }

        return false;
    }

    private void Count(ProbeResult result)
    {
        _successes = result.Succeeded ? _successes + 1 : 0;
        _failures = result.Succeeded ? 0 : _failures + 1;
        if (!result.Succeeded)
        {
            observer.Failed(kind, result.Message);
        }

        var threshold = Math.Max(1, (result.Succeeded ? probe.SuccessThreshold : probe.FailureThreshold) ?? (result.Succeeded ? 1 : 3));
        if (_reported != result.Succeeded && (result.Succeeded ? _successes : _failures) >= threshold)
        {
            _reported = result.Succeeded;
            observer.Changed(kind, result.Succeeded);
        }
    }
}
