using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>
/// Checks the health of each running resource, publishes <see cref="ResourceReadyEvent"/> when it is healthy for the first time,
/// and <see cref="ResourceStoppedEvent"/> when it has stopped.
/// </summary>
internal sealed class HealthMonitor(
    ResourceNotificationService notifications,
    HealthCheckService healthChecks,
    IDistributedApplicationEventing eventing,
    IServiceProvider services,
    TimeProvider timeProvider,
    ILogger<HealthMonitor> logger) : IHostedService, IDisposable
{
    private readonly Dictionary<string, Monitoring> _monitored = [];
    private readonly CancellationTokenSource _stopping = new();
    private Task _following = Task.CompletedTask;

    // The watch begins before this returns, so no state that a resource passes through is missed.
    public Task StartAsync(CancellationToken cancellationToken)
    {
        _following = FollowAsync(_stopping.Token);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _following.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var resourceEvent in notifications.WatchAsync(stoppingToken).ConfigureAwait(false))
            {
                Follow(resourceEvent, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
        finally
        {
            foreach (var monitoring in _monitored.Values)
            {
                monitoring.Stop();
            }
        }
    }

    private void Follow(ResourceEvent resourceEvent, CancellationToken stoppingToken)
    {
        var state = resourceEvent.Snapshot.State?.Text;
        _monitored.TryGetValue(resourceEvent.ResourceId, out var monitoring);
        if (state == KnownResourceStates.Running)
        {
            if (monitoring is { IsRunning: true } && ReferenceEquals(monitoring.Run, resourceEvent.Snapshot.Run))
            {
                monitoring.Saw(resourceEvent.Snapshot);
                return;
            }

            monitoring?.Stop();
            monitoring = new Monitoring(resourceEvent, stoppingToken);
            _monitored[resourceEvent.ResourceId] = monitoring;
            _ = RunAsync(monitoring);
            return;
        }

        monitoring?.Stop();
        if (state is not null && KnownResourceStates.TerminalStates.Contains(state) && monitoring is not { StopTold: true })
        {
            if (monitoring is null)
            {
                monitoring = new Monitoring(resourceEvent, stoppingToken);
                monitoring.Stop();
                _monitored[resourceEvent.ResourceId] = monitoring;
            }

            monitoring.StopTold = true;
            _ = eventing.PublishAsync(new ResourceStoppedEvent(resourceEvent.Resource, services, resourceEvent), EventDispatchBehavior.NonBlockingConcurrent, stoppingToken);
        }
        else if (state is not null && !KnownResourceStates.TerminalStates.Contains(state) && monitoring is { StopTold: true })
        {
            _monitored.Remove(resourceEvent.ResourceId);
        }
    }

    private async Task RunAsync(Monitoring monitoring)
    {
        try
        {
            await MonitorAsync(monitoring).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (monitoring.Cancellation.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            logger.LogError(exception, "The health of resource '{ResourceName}' is no longer checked.", monitoring.Resource.Name);
        }
    }

    private async Task MonitorAsync(Monitoring monitoring)
    {
        var resource = monitoring.Resource;
        var keys = ResourceSnapshots.HealthCheckKeys(resource).ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (keys.Count == 0)
        {
            await TellReadyAsync(monitoring).ConfigureAwait(false);
            return;
        }

        var pace = new HealthCheckPace();
        var ready = false;
        while (true)
        {
            var asked = monitoring.ChangeSignal();
            var report = await healthChecks.CheckHealthAsync(r => keys.Contains(r.Name), monitoring.Cancellation).ConfigureAwait(false);
            monitoring.Cancellation.ThrowIfCancellationRequested();
            var status = report.Entries.Count == 0 ? HealthStatus.Unhealthy : report.Status;
            await PublishAsync(monitoring, report).ConfigureAwait(false);
            if (status == HealthStatus.Healthy && !ready)
            {
                ready = true;
                await TellReadyAsync(monitoring).ConfigureAwait(false);
            }

            await WaitAsync(pace.Next(status), asked, monitoring.Cancellation).ConfigureAwait(false);
        }
    }

    private Task PublishAsync(Monitoring monitoring, HealthReport report)
    {
        var now = timeProvider.GetUtcNow().UtcDateTime;
        return notifications.PublishUpdateAsync(monitoring.Resource, monitoring.ResourceId, s =>
        {
            // A check that was under way when the resource stopped says nothing about it any more.
            return ReferenceEquals(s.Run, monitoring.Run) ? s with { HealthReports = Merge(s.HealthReports, report, now) } : s;
        });
    }

    private static ImmutableArray<HealthReportSnapshot> Merge(ImmutableArray<HealthReportSnapshot> previous, HealthReport report, DateTime now)
    {
        var merged = report.Entries
            .Select(e => new HealthReportSnapshot(e.Key, e.Value.Status, e.Value.Description, e.Value.Exception?.ToString()))
            .Concat(previous.Where(p => !report.Entries.ContainsKey(p.Name)))
            .OrderBy(r => r.Name, StringComparer.Ordinal)
            .ToArray();
        // An unchanged result is not told again only because it is newer.
        return merged.SequenceEqual(previous.Select(p => p with { LastRunAt = null }))
            ? previous
            : [.. merged.Select(r => r with { LastRunAt = now })];
    }

    private async Task TellReadyAsync(Monitoring monitoring)
    {
        logger.LogDebug("Resource '{ResourceName}' is ready.", monitoring.Resource.Name);
        var handlers = Task.Run(() => eventing.PublishAsync(new ResourceReadyEvent(monitoring.Resource, services), EventDispatchBehavior.BlockingConcurrent, monitoring.Cancellation), monitoring.Cancellation);
        _ = handlers.ContinueWith(
            failed => logger.LogError(failed.Exception, "A handler of ResourceReadyEvent failed for resource '{ResourceName}'.", monitoring.Resource.Name),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        await notifications.PublishUpdateAsync(monitoring.Resource, monitoring.ResourceId, s => ReferenceEquals(s.Run, monitoring.Run) ? s with { ReadyHandlers = handlers } : s).ConfigureAwait(false);
    }

    private async Task WaitAsync(TimeSpan delay, Task changed, CancellationToken cancellationToken)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(delay, timeProvider, cut.Token), changed).ConfigureAwait(false);
        await cut.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
        if (changed.IsCompleted)
        {
            // Several changes in a row are one reason to look again.
            await Task.Delay(HealthCheckPace.First, timeProvider, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>One run of a resource, from Running to whatever comes next.</summary>
    private sealed class Monitoring
    {
        private readonly CancellationTokenSource _cancellation;
        private readonly Lock _lock = new();
        private CustomResourceSnapshot _lastSeen;
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Monitoring(ResourceEvent resourceEvent, CancellationToken stoppingToken)
        {
            Resource = resourceEvent.Resource;
            ResourceId = resourceEvent.ResourceId;
            Run = resourceEvent.Snapshot.Run;
            _lastSeen = resourceEvent.Snapshot;
            _cancellation = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            Cancellation = _cancellation.Token;
        }

        public IResource Resource { get; }

        public string ResourceId { get; }

        public object? Run { get; }

        public CancellationToken Cancellation { get; }

        public bool IsRunning => !Cancellation.IsCancellationRequested;

        public bool StopTold { get; set; }

        /// <summary>Completes at the next change of the resource that is not the monitor's own.</summary>
        public Task ChangeSignal()
        {
            lock (_lock)
            {
                if (_changed.Task.IsCompleted)
                {
                    _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }

                return _changed.Task;
            }
        }

        public void Saw(CustomResourceSnapshot snapshot)
        {
            var before = _lastSeen;
            _lastSeen = snapshot;
            var own = snapshot with { HealthReports = before.HealthReports, ReadyHandlers = before.ReadyHandlers, Commands = before.Commands };
            if (!ResourceSnapshots.AreSame(before, own))
            {
                lock (_lock)
                {
                    _changed.TrySetResult();
                }
            }
        }

        public void Stop()
        {
            if (IsRunning)
            {
                _cancellation.Cancel();
                _cancellation.Dispose();
            }
        }
    }
}
