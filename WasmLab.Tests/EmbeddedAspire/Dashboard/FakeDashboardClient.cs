using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Dashboard.Client;
using Aspire.Hosting.Otlp.Storage;

namespace WasmLab.Tests.EmbeddedAspire.Dashboard;

/// <summary>An application without an app host: the test says what its resources are.</summary>
internal sealed class FakeDashboardClient : IDashboardClient
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<LogLine>> _lines = [];
    private readonly List<Channel<(string Resource, LogLine Line)>> _watchers = [];
    private IReadOnlyList<ResourceView> _resources = [];

    public string ApplicationName => "WasmLab";

    public TelemetryStore Telemetry { get; } = new();

    public event Action? ResourcesChanged;

    public List<(string Resource, string Command)> Executed { get; } = [];

    public Func<string, string, ExecuteCommandResult> OnExecute { get; set; } = (_, _) => new ExecuteCommandResult { Success = true };

    public IReadOnlyList<ResourceView> Resources
    {
        get => _resources;
        set
        {
            _resources = value;
            ResourcesChanged?.Invoke();
        }
    }

    public void Change(string name, Func<CustomResourceSnapshot, CustomResourceSnapshot> change) =>
        Resources = [.. Resources.Select(resource => resource.Name == name ? resource with { Snapshot = change(resource.Snapshot) } : resource)];

    public void Write(string resource, string text, bool isError = false)
    {
        lock (_lock)
        {
            var lines = _lines.TryGetValue(resource, out var known) ? known : _lines[resource] = [];
            var line = new LogLine(lines.Count + 1, text, isError);
            lines.Add(line);
            _watchers.ForEach(watcher => watcher.Writer.TryWrite((resource, line)));
        }
    }

    public async IAsyncEnumerable<IReadOnlyList<LogLine>> WatchConsoleAsync(string resourceId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateUnbounded<(string Resource, LogLine Line)>();
        LogLine[] kept;
        lock (_lock)
        {
            _watchers.Add(channel);
            kept = [.. _lines.GetValueOrDefault(resourceId) ?? []];
        }

        if (kept.Length > 0)
        {
            yield return kept;
        }

        await foreach (var (resource, line) in channel.Reader.ReadAllAsync(cancellationToken))
        {
            if (resource == resourceId)
            {
                yield return [line];
            }
        }
    }

    public Task<IReadOnlyList<LogLine>> ReadConsoleAsync(string resourceId, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.FromResult<IReadOnlyList<LogLine>>([.. _lines.GetValueOrDefault(resourceId) ?? []]);
        }
    }

    public void ClearConsole(string resourceId)
    {
        lock (_lock)
        {
            _lines.Remove(resourceId);
        }
    }

    public Task<ExecuteCommandResult> ExecuteCommandAsync(string resourceId, string commandName, CancellationToken cancellationToken)
    {
        Executed.Add((resourceId, commandName));
        return Task.FromResult(OnExecute(resourceId, commandName));
    }
}
