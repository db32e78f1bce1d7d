using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Otlp.Storage;

namespace Aspire.Hosting.Dashboard.Client;

/// <summary>Reads the application through its public services, as a dashboard in another process would through the resource service.</summary>
internal sealed class DashboardClient(
    string applicationName,
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    ResourceLoggerService loggers,
    ResourceCommandService commands,
    TelemetryStore telemetry) : IDashboardClient
{
    private readonly ConcurrentDictionary<string, ResourceEvent> _resources = new();

    public string ApplicationName => applicationName;

    public TelemetryStore Telemetry => telemetry;

    public event Action? ResourcesChanged;

    public IReadOnlyList<ResourceView> Resources
    {
        get
        {
            var order = model.Resources.Select((resource, index) => (resource.Name, index)).ToDictionary(pair => pair.Name, pair => pair.index, StringComparer.OrdinalIgnoreCase);
            var events = _resources.Values.Where(resource => !resource.Snapshot.IsHidden).ToList();
            var replicas = events.CountBy(resource => resource.Resource.Name).ToDictionary();
            return
            [
                .. events
                    .OrderBy(resource => order.GetValueOrDefault(resource.Resource.Name, int.MaxValue))
                    .ThenBy(resource => resource.ResourceId, StringComparer.Ordinal)
                    .Select(resource => new ResourceView(
                        resource.ResourceId, replicas[resource.Resource.Name] > 1 ? resource.ResourceId : resource.Resource.Name, resource.Snapshot)),
            ];
        }
    }

    /// <summary>Follows the application's resources until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var change in notifications.WatchAsync(cancellationToken).ConfigureAwait(false))
            {
                _resources[change.ResourceId] = change;
                ResourcesChanged?.Invoke();
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The application ends.
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchConsoleAsync(
        string resourceId, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in loggers.WatchAsync(resourceId).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            yield return batch;
        }

        // A resource that has ended may be started again, with a new log; the reader decides when it has seen enough.
        await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async Task<IReadOnlyList<LogLine>> ReadConsoleAsync(string resourceId, CancellationToken cancellationToken)
    {
        var lines = new List<LogLine>();
        await foreach (var batch in loggers.GetAllAsync(resourceId).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            lines.AddRange(batch);
        }

        return lines;
    }

    public void ClearConsole(string resourceId) => loggers.ClearBacklog(resourceId);

    public Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken) =>
        commands.ExecuteCommandAsync(resourceId, commandName, cancellationToken);
}
