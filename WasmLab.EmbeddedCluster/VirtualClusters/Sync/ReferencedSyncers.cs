using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>The config maps that pods refer to, and no others, are on the host.</summary>
internal sealed class ConfigMapSyncer(SyncScope scope, PodSyncer pods) : ToHostSyncer<ConfigMap>(scope)
{
    protected override bool IsWanted(ConfigMap item) => pods.Refers(nameof(ConfigMap), NamespacedName.Of(item));

    protected override ConfigMap Translate(ConfigMap item) =>
        new() { Metadata = Scope.Translate(item.Metadata), Data = item.Data, BinaryData = item.BinaryData };
}

/// <summary>The secrets that pods refer to, and no others, are on the host.</summary>
internal sealed class SecretSyncer(SyncScope scope, PodSyncer pods) : ToHostSyncer<Secret>(scope)
{
    protected override bool IsWanted(Secret item) => pods.Refers(nameof(Secret), NamespacedName.Of(item));

    protected override Secret Translate(Secret item) =>
        new() { Metadata = Scope.Translate(item.Metadata), Data = item.Data, Type = item.Type };
}
