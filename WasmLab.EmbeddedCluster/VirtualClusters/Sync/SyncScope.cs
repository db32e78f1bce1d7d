using Microsoft.Extensions.Logging;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>What the syncers of one virtual cluster share.</summary>
/// <param name="Name">The virtual cluster.</param>
/// <param name="HostNamespace">The host's namespace that holds its objects.</param>
/// <param name="Virtual">Its own API.</param>
/// <param name="Host">The host's API.</param>
/// <param name="Logger">Where the syncers log.</param>
/// <param name="Time">The clock of events.</param>
internal sealed record SyncScope(
    string Name, string HostNamespace, KubernetesClient Virtual, KubernetesClient Host, ILogger Logger, TimeProvider Time)
{
    /// <summary>The label that every synced object on the host carries, with the virtual cluster's name.</summary>
    public const string OwnerLabel = "wasmlab.dev/virtual-cluster";

    /// <summary>The label with the namespace that the object has in the virtual cluster.</summary>
    public const string NamespaceLabel = "wasmlab.dev/virtual-namespace";

    /// <summary>The label of objects in a virtual cluster that were brought there from the host.</summary>
    public const string FromHostLabel = "wasmlab.dev/from-host";

    private const string NameAnnotation = "wasmlab.dev/virtual-name";
    private const string UidAnnotation = "wasmlab.dev/virtual-uid";

    /// <summary>Who owns the fields that the syncers write.</summary>
    public string FieldManager => $"virtual-cluster-{Name}";

    /// <summary>The host's objects of this virtual cluster.</summary>
    public ListOptions OwnedByUs => new() { LabelSelector = $"{OwnerLabel}={Name}" };

    public string HostNameOf(string name, string ns) => HostName.Of(name, ns, Name);

    /// <summary>The metadata that an object of the virtual cluster gets on the host.</summary>
    public ObjectMeta Translate(ObjectMeta virtualMeta)
    {
        var ns = virtualMeta.Namespace ?? "default";
        var meta = new ObjectMeta
        {
            Name = HostNameOf(virtualMeta.Name!, ns),
            Namespace = HostNamespace,
            Labels = new(virtualMeta.Labels) { [OwnerLabel] = Name, [NamespaceLabel] = ns },
            Annotations = new(virtualMeta.Annotations)
            {
                [NameAnnotation] = virtualMeta.Name!,
                [UidAnnotation] = virtualMeta.Uid ?? "",
            },
        };
        meta.Annotations.Remove("kubectl.kubernetes.io/last-applied-configuration");
        return meta;
    }

    /// <summary>The selector that finds on the host the pods that a selector finds in a namespace of the virtual cluster.</summary>
    public Dictionary<string, string> TranslateSelector(Dictionary<string, string> selector, string ns) =>
        new(selector) { [OwnerLabel] = Name, [NamespaceLabel] = ns };

    /// <summary>What a host object is called in the virtual cluster; null when it is not from there.</summary>
    public static NamespacedName? VirtualKeyOf(ObjectMeta hostMeta) =>
        hostMeta.Annotations.TryGetValue(NameAnnotation, out var name) && hostMeta.Labels.TryGetValue(NamespaceLabel, out var ns)
            ? new NamespacedName(ns, name)
            : null;

    public static string? VirtualUidOf(ObjectMeta hostMeta) => hostMeta.Annotations.GetValueOrDefault(UidAnnotation);
}
