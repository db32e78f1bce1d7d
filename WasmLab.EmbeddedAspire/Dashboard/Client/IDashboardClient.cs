using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Otlp.Storage;

namespace Aspire.Hosting.Dashboard.Client;

/// <summary>Everything that the pages read and do. They know neither the application model nor any transport.</summary>
internal interface IDashboardClient
{
    string ApplicationName { get; }

    TelemetryStore Telemetry { get; }

    /// <summary>The resources as they are now, hidden ones left out, in the order of the model.</summary>
    IReadOnlyList<ResourceView> Resources { get; }

    /// <summary>Raised after a resource has changed, on the thread that changed it; handlers must be quick.</summary>
    event Action? ResourcesChanged;

    /// <summary>The kept lines of a resource and then every new one, in batches. Ends only when cancelled.</summary>
    IAsyncEnumerable<IReadOnlyList<LogLine>> WatchConsoleAsync(string resourceId, CancellationToken cancellationToken);

    /// <summary>The kept lines of a resource.</summary>
    Task<IReadOnlyList<LogLine>> ReadConsoleAsync(string resourceId, CancellationToken cancellationToken);

    void ClearConsole(string resourceId);

    Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken);
}
