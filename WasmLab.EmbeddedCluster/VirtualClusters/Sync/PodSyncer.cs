using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>Pods run on the host; their status and their node come back.</summary>
internal sealed class PodSyncer(SyncScope scope) : ToHostSyncer<Pod>(scope)
{
    /// <summary>The secrets and config maps that the pods of the virtual cluster refer to.</summary>
    public bool Refers(string kind, NamespacedName key) =>
        VirtualObjects.Any(pod => pod.Metadata.Namespace == key.Namespace && PodReferences.Of(pod).Contains((kind, key.Name)));

    protected override Pod Translate(Pod item)
    {
        var ns = item.Metadata.Namespace ?? "default";
        var spec = ObjectCopy.Of(item.Spec);
        spec.NodeName = null;
        // The host's credentials are none of the virtual cluster's business.
        spec.ServiceAccountName = null;
        spec.AutomountServiceAccountToken = false;
        spec.UnknownFields?.Remove("serviceAccount");
        spec.Hostname ??= item.Metadata.Name;
        PodReferences.Rename(spec, name => Scope.HostNameOf(name, ns));
        FieldReferences.Resolve(spec, item.Metadata);
        return new Pod { Metadata = Scope.Translate(item.Metadata), Spec = spec };
    }

    protected override async Task SyncStatusAsync(Pod item, Pod host, CancellationToken cancellationToken)
    {
        var (name, ns) = (item.Metadata.Name!, item.Metadata.Namespace);
        if (item.Spec.NodeName is null && host.Spec.NodeName is { } node)
        {
            await BindAsync(item, node, cancellationToken).ConfigureAwait(false);
        }

        if (!ObjectCopy.AreEqual(item.Status, host.Status))
        {
            // Labels and annotations go with a status: they must be the object's own.
            var observed = ObjectCopy.Of(item);
            observed.Metadata.ResourceVersion = null;
            observed.Spec.NodeName = host.Spec.NodeName;
            observed.Status = host.Status;
            await Scope.Virtual.ReplaceStatusAsync(observed, cancellationToken).ConfigureAwait(false);
        }

        if (host.Metadata.DeletionTimestamp is not null && item.Metadata.DeletionTimestamp is null)
        {
            await Scope.Virtual.DeleteAsync<Pod>(name, ns, new DeleteOptions { Uid = item.Metadata.Uid }, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task BindAsync(Pod item, string node, CancellationToken cancellationToken)
    {
        try
        {
            await Scope.Virtual.BindAsync(item, node, cancellationToken).ConfigureAwait(false);
        }
        catch (KubernetesException conflict) when (conflict.Code == 409)
        {
            // It is bound already, which the cache of the virtual cluster's pods has not heard yet.
        }
    }

    protected override async Task<bool> AcceptLossAsync(Pod item, CancellationToken cancellationToken)
    {
        await FinishDeletionAsync(item, cancellationToken).ConfigureAwait(false);
        return true;
    }

    protected override Task FinishDeletionAsync(Pod item, CancellationToken cancellationToken) =>
        Scope.Virtual.DeleteAsync<Pod>(
            item.Metadata.Name!,
            item.Metadata.Namespace,
            new DeleteOptions { GracePeriodSeconds = 0, Uid = item.Metadata.Uid },
            cancellationToken);

    protected override Task ReportRefusalAsync(Pod item, KubernetesException refusal, CancellationToken cancellationToken) =>
        SyncEvents.ReportAsync(Scope, item, Pod.Type, "SyncError", $"Error syncing to host cluster: {refusal.Message}", cancellationToken);
}
