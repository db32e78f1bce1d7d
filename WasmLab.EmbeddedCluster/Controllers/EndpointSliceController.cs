using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Controllers;

/// <summary>Keeps the endpoint slices of services that select pods.</summary>
internal sealed class EndpointSliceController : IAsyncDisposable
{
    private readonly KubernetesClient _client;
    private readonly ClusterInformers _informers;
    private readonly WorkQueue<NamespacedName> _queue;

    public EndpointSliceController(KubernetesClient client, ClusterInformers informers, TimeProvider time, ILogger logger)
    {
        _client = client;
        _informers = informers;
        _queue = new WorkQueue<NamespacedName>(ReconcileAsync, logger, time);
        _queue.Start();
        informers.Services.Changed += change => Enqueue(change.Object.Metadata.Namespace, change.Object.Metadata.Name);
        informers.EndpointSlices.Changed += change => OnSliceChanged(change.Object);
        informers.Pods.Changed += change => OnPodChanged(change.Object);
    }

    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    private void Enqueue(string? ns, string? name) => _queue.Add(new NamespacedName(ns, name ?? ""));

    private void OnSliceChanged(EndpointSlice slice)
    {
        if (IsOurs(slice))
        {
            Enqueue(slice.Metadata.Namespace, slice.Metadata.Labels.GetValueOrDefault(EndpointSliceBuilder.ServiceLabel));
        }
    }

    // All services of the namespace: the pod's labels may have been others before.
    private void OnPodChanged(Pod pod)
    {
        foreach (var service in _informers.Services.Items.Where(service => service.Metadata.Namespace == pod.Metadata.Namespace))
        {
            Enqueue(service.Metadata.Namespace, service.Metadata.Name);
        }
    }

    private static bool IsOurs(EndpointSlice slice) =>
        slice.Metadata.Labels.GetValueOrDefault(EndpointSliceBuilder.ManagedByLabel) == EndpointSliceBuilder.ManagedBy;

    private async Task ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var service = _informers.Services.Find(key.Name, key.Namespace);
        var hasEndpoints = service is { Metadata.DeletionTimestamp: null, Spec.Selector.Count: > 0 } && service.Spec.Type != "ExternalName";
        var wanted = hasEndpoints ? EndpointSliceBuilder.Build(service!, _informers.Pods.Items) : [];

        foreach (var slice in wanted)
        {
            await WriteAsync(slice, cancellationToken).ConfigureAwait(false);
        }

        var surplus = _informers.EndpointSlices.Items.Where(slice =>
            IsOurs(slice)
            && slice.Metadata.Namespace == key.Namespace
            && slice.Metadata.Labels.GetValueOrDefault(EndpointSliceBuilder.ServiceLabel) == key.Name
            && wanted.All(other => other.Metadata.Name != slice.Metadata.Name));
        foreach (var slice in surplus.ToList())
        {
            await _client.DeleteAsync<EndpointSlice>(slice.Metadata.Name!, slice.Metadata.Namespace, null, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(EndpointSlice slice, CancellationToken cancellationToken)
    {
        var known = _informers.EndpointSlices.Find(slice.Metadata.Name!, slice.Metadata.Namespace);
        if (known is not null && IsSame(known, slice))
        {
            return;
        }

        try
        {
            _ = known is null
                ? await _client.CreateAsync(slice, cancellationToken).ConfigureAwait(false)
                : await _client.ReplaceAsync(slice, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (known is null && exception.IsConflict)
        {
            await _client.ReplaceAsync(slice, cancellationToken).ConfigureAwait(false);
        }
    }

    private static bool IsSame(EndpointSlice one, EndpointSlice other) => JsonNode.DeepEquals(Essence(one), Essence(other));

    private static JsonArray Essence(EndpointSlice slice) =>
    [
        JsonSerializer.SerializeToNode(slice.Endpoints, KubernetesJson.Options),
        JsonSerializer.SerializeToNode(slice.Ports, KubernetesJson.Options),
        JsonSerializer.SerializeToNode(slice.Metadata.Labels, KubernetesJson.Options),
    ];
}
