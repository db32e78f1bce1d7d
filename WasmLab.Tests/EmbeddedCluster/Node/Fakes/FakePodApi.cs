using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Nodes.Pods;
using WasmLab.EmbeddedCluster.Nodes.Status;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Tests.EmbeddedCluster.Nodes.Fakes;

/// <summary>Remembers the last status of each pod and has the objects that the test gives it.</summary>
internal sealed class FakePodApi : IPodApi
{
    private readonly ConcurrentDictionary<(Type, string), KubernetesObject> _objects = new();
    private readonly ConcurrentDictionary<string, PodStatus> _statuses = new();
    private readonly ConcurrentDictionary<string, bool> _removed = new();

    public void Add(KubernetesObject item) => _objects[(item.GetType(), item.Metadata.Name!)] = item;

    public PodStatus StatusOf(Pod pod) => _statuses.GetValueOrDefault(pod.Metadata.Uid!) ?? new PodStatus();

    public bool IsRemoved(Pod pod) => _removed.ContainsKey(pod.Metadata.Uid!);

    public Task<T?> FindAsync<T>(string name, string? ns, CancellationToken cancellationToken)
        where T : KubernetesObject, IKubernetesKind<T>, new() =>
        Task.FromResult((T?)_objects.GetValueOrDefault((typeof(T), name)));

    public Task PatchAsync(Pod pod, JsonObject patch, string? subresource, CancellationToken cancellationToken)
    {
        if (patch["status"] is { } status)
        {
            _statuses[pod.Metadata.Uid!] = status.Deserialize<PodStatus>(KubernetesJson.Options)!;
        }

        return Task.CompletedTask;
    }

    public Task RemoveAsync(Pod pod, CancellationToken cancellationToken)
    {
        _removed[pod.Metadata.Uid!] = true;
        return Task.CompletedTask;
    }
}

/// <summary>Keeps events as lines <c>TYPE REASON MESSAGE</c>.</summary>
internal sealed class FakeEvents : IEventRecorder
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Lines => [.. _lines];

    public void Record(KubernetesObject about, string type, string reason, string message, string? fieldPath = null) =>
        _lines.Enqueue($"{type} {reason} {message}");
}
