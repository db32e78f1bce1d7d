using System.Text.Json.Nodes;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>What pods need of the Kubernetes API.</summary>
internal interface IPodApi
{
    Task<T?> FindAsync<T>(string name, string? ns, CancellationToken cancellationToken)
        where T : KubernetesObject, IKubernetesKind<T>, new();

    /// <summary>Changes the pod by a merge patch; does nothing when that very pod is gone.</summary>
    Task PatchAsync(Pod pod, JsonObject patch, string? subresource, CancellationToken cancellationToken);

    /// <summary>Removes the pod at once; does nothing when that very pod is gone.</summary>
    Task RemoveAsync(Pod pod, CancellationToken cancellationToken);
}

/// <inheritdoc/>
internal sealed class PodApi(KubernetesClient client) : IPodApi
{
    public Task<T?> FindAsync<T>(string name, string? ns, CancellationToken cancellationToken)
        where T : KubernetesObject, IKubernetesKind<T>, new() =>
        client.FindAsync<T>(name, ns, cancellationToken);

    public async Task PatchAsync(Pod pod, JsonObject patch, string? subresource, CancellationToken cancellationToken)
    {
        // With the uid, the patch cannot meet a later pod of the same name.
        var metadata = patch["metadata"] as JsonObject ?? [];
        metadata["uid"] = pod.Metadata.Uid;
        patch["metadata"] = metadata;
        try
        {
            await client.PatchAsync<Pod>(pod.Metadata.Name!, pod.Metadata.Namespace, patch, subresource, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsNotFound || exception.IsConflict)
        {
            // Gone, or replaced by another pod.
        }
    }

    public async Task RemoveAsync(Pod pod, CancellationToken cancellationToken)
    {
        try
        {
            var options = new DeleteOptions { GracePeriodSeconds = 0, Uid = pod.Metadata.Uid };
            await client.DeleteAsync<Pod>(pod.Metadata.Name!, pod.Metadata.Namespace, options, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsConflict)
        {
            // Replaced by another pod.
        }
    }
}
