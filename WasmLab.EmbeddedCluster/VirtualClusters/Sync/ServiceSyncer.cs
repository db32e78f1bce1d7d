using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>Services select on the host the copies of the pods that they select in the virtual cluster.</summary>
internal sealed class ServiceSyncer(SyncScope scope) : ToHostSyncer<Service>(scope)
{
    protected override bool IsWanted(Service item) => item.Metadata is not { Name: "kubernetes", Namespace: "default" };

    protected override Service Translate(Service item)
    {
        var spec = ObjectCopy.Of(item.Spec);
        if (spec.ClusterIP != "None")
        {
            spec.ClusterIP = null;
            spec.ClusterIPs = [];
        }

        // What the virtual cluster fills in by itself is the host's to choose, and an older host does not know all of it.
        spec.UnknownFields?.Remove("ipFamilies");
        spec.UnknownFields?.Remove("ipFamilyPolicy");
        if (spec.UnknownFields is { } fields && fields.TryGetValue("internalTrafficPolicy", out var policy) && policy.GetString() == "Cluster")
        {
            fields.Remove("internalTrafficPolicy");
        }

        if (spec.Selector.Count > 0)
        {
            spec.Selector = Scope.TranslateSelector(spec.Selector, item.Metadata.Namespace ?? "default");
        }

        return new Service { Metadata = Scope.Translate(item.Metadata), Spec = spec };
    }

    protected override Task ReportRefusalAsync(Service item, KubernetesException refusal, CancellationToken cancellationToken) =>
        SyncEvents.ReportAsync(Scope, item, Service.Type, "SyncError", $"Error syncing to host cluster: {refusal.Message}", cancellationToken);
}
