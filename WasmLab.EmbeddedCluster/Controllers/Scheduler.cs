using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Nodes.Status;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using NodeObject = WasmLab.Kubernetes.Objects.Node;

namespace WasmLab.EmbeddedCluster.Controllers;

/// <summary>Binds pods that have no node to one that takes them, or says on the pod why none does.</summary>
internal sealed class Scheduler : IAsyncDisposable
{
    public const string Name = "default-scheduler";

    private readonly KubernetesClient _client;
    private readonly ClusterInformers _informers;
    private readonly IEventRecorder _events;
    private readonly TimeProvider _time;
    private readonly WorkQueue<NamespacedName> _queue;

    public Scheduler(KubernetesClient client, ClusterInformers informers, IEventRecorder events, TimeProvider time, ILogger logger)
    {
        _client = client;
        _informers = informers;
        _events = events;
        _time = time;
        _queue = new WorkQueue<NamespacedName>(ReconcileAsync, logger, time);
        _queue.Start();
        informers.Pods.Changed += change => Enqueue(change.Object);
        informers.Nodes.Changed += _ => EnqueuePending();
    }

    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    private static bool IsPending(Pod pod) =>
        string.IsNullOrEmpty(pod.Spec.NodeName)
        && pod.Metadata.DeletionTimestamp is null
        && pod.Status.Phase is null or "" or "Pending"
        && pod.Spec.SchedulerName is null or "" or Name;

    private void Enqueue(Pod pod)
    {
        if (IsPending(pod))
        {
            _queue.Add(new NamespacedName(pod.Metadata.Namespace, pod.Metadata.Name!));
        }
    }

    private void EnqueuePending()
    {
        foreach (var pod in _informers.Pods.Items)
        {
            Enqueue(pod);
        }
    }

    private async Task ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        if (_informers.Pods.Find(key.Name, key.Namespace) is not { } pod || !IsPending(pod))
        {
            return;
        }

        var decision = SchedulingDecision.Make(pod, _informers.Nodes.Items);
        if (decision.Node is { } node)
        {
            await BindAsync(pod, node, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await ReportAsync(pod, decision.Message!, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task BindAsync(Pod pod, NodeObject node, CancellationToken cancellationToken)
    {
        try
        {
            await _client.BindAsync(pod, node.Metadata.Name!, cancellationToken).ConfigureAwait(false);
            _events.Record(pod, EventType.Normal, "Scheduled", $"Successfully assigned {pod.Metadata.Namespace}/{pod.Metadata.Name} to {node.Metadata.Name}");
        }
        catch (KubernetesException exception) when (exception.IsNotFound || exception.IsConflict)
        {
            // Deleted or bound meanwhile.
        }
    }

    private async Task ReportAsync(Pod pod, string message, CancellationToken cancellationToken)
    {
        var known = pod.Status.Conditions.FirstOrDefault(condition => condition.Type == "PodScheduled");
        if (known is { Status: "False" } && known.Message == message)
        {
            return;
        }

        _events.Record(pod, EventType.Warning, "FailedScheduling", message);
        var scheduled = new Condition
        {
            Type = "PodScheduled",
            Status = "False",
            Reason = "Unschedulable",
            Message = message,
            LastTransitionTime = known is { Status: "False" } ? known.LastTransitionTime : _time.GetUtcNow(),
        };
        var conditions = pod.Status.Conditions.Where(condition => condition.Type != "PodScheduled").Append(scheduled);
        var patch = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid },
            ["status"] = new JsonObject { ["conditions"] = JsonSerializer.SerializeToNode(conditions, KubernetesJson.Options) },
        };
        try
        {
            await _client.PatchAsync<Pod>(pod.Metadata.Name!, pod.Metadata.Namespace, patch, "status", cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsNotFound || exception.IsConflict)
        {
            // Deleted meanwhile.
        }
    }
}
