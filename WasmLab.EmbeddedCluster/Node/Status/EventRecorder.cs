using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Status;

/// <summary>
/// Writes Events to the API in the order in which they were recorded. The same event again only raises the count of the
/// first one, which <c>kubectl describe</c> shows as <c>x4 over 45s</c>.
/// </summary>
internal sealed class EventRecorder : IEventRecorder, IAsyncDisposable
{
    private const int LargestMessage = 1024;
    private const int RememberedEvents = 4096;
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(1);

    private readonly KubernetesClient _client;
    private readonly EventSource _source;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, Event> _written = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _writer;
    private long _lastStamp;

    // component: who reports, for instance <c>kubelet</c>.
    // host: the node that reports; null for a controller.
    public EventRecorder(KubernetesClient client, string component, string? host, TimeProvider time, ILogger logger)
    {
        _client = client;
        _source = new EventSource { Component = component, Host = host };
        _time = time;
        _logger = logger;
        _writer = Task.Run(WriteAllAsync);
    }

    private sealed record Entry(ObjectReference About, string Type, string Reason, string Message, DateTimeOffset Time);

    public void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null)
    {
        var reference = new ObjectReference
        {
            ApiVersion = about.ApiVersion,
            Kind = about.Kind,
            Namespace = about.Metadata.Namespace,
            Name = about.Metadata.Name,
            Uid = about.Metadata.Uid,
            ResourceVersion = about.Metadata.ResourceVersion,
            FieldPath = fieldPath,
        };
        var text = message.Length > LargestMessage ? message[..LargestMessage] : message;
        _logger.LogInformation("{Kind} {Namespace}/{Name}: {Reason}: {Message}", about.Kind, about.Metadata.Namespace, about.Metadata.Name, reason, text);
        _entries.Writer.TryWrite(new Entry(reference, type, reason, text, _time.GetUtcNow()));
    }

    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        _stopping.CancelAfter(FlushTimeout);
        await _writer.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task WriteAllAsync()
    {
        await foreach (var entry in _entries.Reader.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
        {
            try
            {
                await WriteAsync(entry, _stopping.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException or JsonException)
            {
                _logger.LogDebug("Event {Reason} of {Name} not recorded: {Error}", entry.Reason, entry.About.Name, exception.Message);
            }
        }
    }

    private async Task WriteAsync(Entry entry, CancellationToken cancellationToken)
    {
        var key = string.Join('\n', entry.About.Kind, entry.About.Uid, entry.About.FieldPath, entry.Type, entry.Reason, entry.Message);
        if (_written.TryGetValue(key, out var known))
        {
            var patch = new JsonObject
            {
                ["count"] = known.Count + 1,
                ["lastTimestamp"] = entry.Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            };
            try
            {
                _written[key] = await _client.PatchAsync<Event>(known.Metadata.Name!, known.Metadata.Namespace, patch, null, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (KubernetesException exception) when (exception.IsNotFound)
            {
                // Expired or deleted: written as a new one.
            }
        }

        if (_written.Count >= RememberedEvents)
        {
            _written.Clear();
        }

        _written[key] = await _client.CreateAsync(NewEvent(entry), cancellationToken).ConfigureAwait(false);
    }

    private Event NewEvent(Entry entry) => new()
    {
        // Names carry the time, as upstream's, and sort in the order of writing.
        Metadata =
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"{entry.About.Name}.{NextStamp(entry.Time):x16}"),
            Namespace = entry.About.Namespace ?? "default",
        },
        InvolvedObject = entry.About,
        Type = entry.Type,
        Reason = entry.Reason,
        Message = entry.Message,
        Source = _source,
        ReportingComponent = _source.Component,
        ReportingInstance = _source.Host ?? "",
        FirstTimestamp = entry.Time,
        LastTimestamp = entry.Time,
        Count = 1,
    };

    private long NextStamp(DateTimeOffset time) =>
        _lastStamp = Math.Max(_lastStamp + 1, (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) * 100);
}
