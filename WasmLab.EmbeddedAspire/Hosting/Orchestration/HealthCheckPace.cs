using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Orchestration;

/// <summary>How long to wait before the next health check: short while a resource comes up, long while it stays healthy.</summary>
internal sealed class HealthCheckPace
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(50);
    public static readonly TimeSpan LongestUnhealthy = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan FirstHealthy = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan LongestHealthy = TimeSpan.FromSeconds(30);

    private HealthStatus? _last;
    private TimeSpan _delay;

    public TimeSpan Next(HealthStatus status)
    {
        var healthy = status == HealthStatus.Healthy;
        var same = _last is { } last && (last == HealthStatus.Healthy) == healthy;
        _last = status;
        var longest = healthy ? LongestHealthy : LongestUnhealthy;
        _delay = same ? _delay * (healthy ? 2 : 1.5) : healthy ? FirstHealthy : First;
        return _delay = _delay < longest ? _delay : longest;
    }
}
