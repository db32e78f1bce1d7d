using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using IngressObject = WasmLab.Kubernetes.Objects.Ingress;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>Ingresses lead on the host to the copies of their services; their addresses come back.</summary>
internal sealed class IngressSyncer(SyncScope scope) : ToHostSyncer<IngressObject>(scope)
{
    protected override IngressObject Translate(IngressObject item)
    {
        var ns = item.Metadata.Namespace ?? "default";
        var spec = ObjectCopy.Of(item.Spec);
        Rename(spec.DefaultBackend);
        foreach (var path in spec.Rules.SelectMany(rule => rule.Http?.Paths ?? []))
        {
            Rename(path.Backend);
        }

        return new IngressObject { Metadata = Scope.Translate(item.Metadata), Spec = spec };

        void Rename(IngressBackend? backend)
        {
            if (backend?.Service?.Name is { } name)
            {
                backend.Service.Name = Scope.HostNameOf(name, ns);
            }
        }
    }

    protected override async Task SyncStatusAsync(IngressObject item, IngressObject host, CancellationToken cancellationToken)
    {
        if (ObjectCopy.AreEqual(item.Status, host.Status))
        {
            return;
        }

        var observed = ObjectCopy.Of(item);
        observed.Metadata.ResourceVersion = null;
        observed.Status = host.Status;
        await Scope.Virtual.ReplaceStatusAsync(observed, cancellationToken).ConfigureAwait(false);
    }

    protected override Task ReportRefusalAsync(IngressObject item, KubernetesException refusal, CancellationToken cancellationToken) =>
        SyncEvents.ReportAsync(Scope, item, IngressObject.Type, "SyncError", $"Error syncing to host cluster: {refusal.Message}", cancellationToken);
}
