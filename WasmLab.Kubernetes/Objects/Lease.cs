using System.Text.Json.Serialization;

namespace WasmLab.Kubernetes.Objects;

/// <summary>Tells that its holder is there; a node renews one as its heartbeat.</summary>
public sealed class Lease() : KubernetesObject(Type), IKubernetesKind<Lease>
{
    /// <summary>Holds the leases of nodes, each under the node's name.</summary>
    public const string NodeNamespace = "kube-node-lease";

    /// <inheritdoc/>
    public static ResourceType Type { get; } = new("coordination.k8s.io", "v1", "Lease", "leases", Namespaced: true);

    public LeaseSpec Spec { get; set => field = value ?? new(); } = new();
}

/// <summary>Who holds a lease, and since when.</summary>
public sealed class LeaseSpec : Extensible
{
    public string? HolderIdentity { get; set; }

    public int? LeaseDurationSeconds { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? AcquireTime { get; set; }

    [JsonConverter(typeof(MicroTimeConverter))]
    public DateTimeOffset? RenewTime { get; set; }

    public int? LeaseTransitions { get; set; }
}
