namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>
/// The kubelet's back-off: the first retry is immediate, then 10 s, doubled each time up to 5 min, and forgotten after
/// 10 min without a failure.
/// </summary>
internal sealed class RestartBackoff
{
    private static readonly TimeSpan Initial = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ForgetAfter = Longest * 2;

    private DateTimeOffset? _lastRetry;

    /// <summary>The delay that a failure now has to wait; zero before the first retry.</summary>
    public TimeSpan Delay { get; private set; }

    /// <summary>When a failure of the given time may be retried.</summary>
    public DateTimeOffset RetryAt(DateTimeOffset failedAt) => IsForgotten(failedAt) ? failedAt : failedAt + Delay;

    /// <summary>Counts a retry, or a first try whose failure is to be waited for.</summary>
    public void Count(DateTimeOffset now)
    {
        Delay = Delay == TimeSpan.Zero || IsForgotten(now) ? Initial
            : Delay * 2 < Longest ? Delay * 2 : Longest;
        _lastRetry = now;
    }

    public void Reset()
    {
        Delay = TimeSpan.Zero;
        _lastRetry = null;
    }

    private bool IsForgotten(DateTimeOffset time) => _lastRetry is { } last && time - last > ForgetAfter;
}
