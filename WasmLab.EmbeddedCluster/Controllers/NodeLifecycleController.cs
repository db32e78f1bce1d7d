using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Nodes.Status;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using NodeObject = WasmLab.Kubernetes.Objects.Node;

namespace WasmLab.EmbeddedCluster.Controllers;

/// <summary>Marks nodes whose heartbeats have stopped.</summary>
internal sealed class NodeLifecycleController : IAsyncDisposable
{
    /// <summary>How long a node may be silent; four of its heartbeats.</summary>
    public static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(40);

    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(5);

    private readonly KubernetesClient _client;
    private readonly ClusterInformers _informers;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;
    private readonly WorkQueue<string> _queue;
    private readonly ITimer _timer;

    public NodeLifecycleController(KubernetesClient client, ClusterInformers informers, IEventRecorder events, TimeProvider time, ILogger logger)
    {
        _client = client;
        _informers = informers;
        _events = events;
        _time = time;
        _queue = new WorkQueue<string>(ReconcileAsync, logger, time);
        _queue.Start();
        _timer = time.CreateTimer(_ => EnqueueAll(), null, CheckInterval, CheckInterval);
    }

    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        await _queue.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Whether the node says that it is ready but has been silent for too long.</summary>
    public static bool IsSilent(NodeObject node, DateTimeOffset now) =>
        node.Status.Conditions.FirstOrDefault(condition => condition.Type == "Ready") is { Status: not "Unknown" } ready
        && now - (ready.LastHeartbeatTime ?? node.Metadata.CreationTimestamp ?? now) > GracePeriod;

    private void EnqueueAll()
    {
        foreach (var node in _informers.Nodes.Items)
        {
            _queue.Add(node.Metadata.Name!);
        }
    }

    private async Task ReconcileAsync(string name, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        if (_informers.Nodes.Find(name) is not { } node || !IsSilent(node, now))
        {
            return;
        }

        var conditions = node.Status.Conditions.Select(condition => new Condition
        {
            Type = condition.Type,
            Status = "Unknown",
            Reason = "NodeStatusUnknown",
            Message = "Kubelet stopped posting node status.",
            LastHeartbeatTime = condition.LastHeartbeatTime,
            LastTransitionTime = now,
        });
        var patch = new JsonObject
        {
            ["status"] = new JsonObject { ["conditions"] = JsonSerializer.SerializeToNode(conditions, KubernetesJson.Options) },
        };
        await _client.PatchAsync<NodeObject>(name, null, patch, "status", cancellationToken).ConfigureAwait(false);
        _events.Record(node, EventType.Normal, "NodeNotReady", $"Node {name} status is now: NodeNotReady");
    }
}
