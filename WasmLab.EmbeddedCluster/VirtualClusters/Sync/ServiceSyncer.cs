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

        if (spec.Selector.Count > 0)
        {
            spec.Selector = Scope.TranslateSelector(spec.Selector, item.Metadata.Namespace ?? "default");
        }

        return new Service { Metadata = Scope.Translate(item.Metadata), Spec = spec };
    }
}
