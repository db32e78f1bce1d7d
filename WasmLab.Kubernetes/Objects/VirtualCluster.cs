namespace WasmLab.Kubernetes.Objects;

/// <summary>A cluster of its own that lives in a namespace of another one.</summary>
public sealed class VirtualCluster() : KubernetesObject(Type), IKubernetesKind<VirtualCluster>
{
    /// <inheritdoc/>
    public static ResourceType Type { get; } = new("wasmlab.dev", "v1alpha1", "VirtualCluster", "virtualclusters", Namespaced: true);

    public VirtualClusterSpec Spec { get; set => field = value ?? new(); } = new();

    public VirtualClusterStatus Status { get; set => field = value ?? new(); } = new();
}

/// <summary>What is wanted of a virtual cluster.</summary>
public sealed class VirtualClusterSpec : Extensible
{
}

/// <summary>What is observed of a virtual cluster.</summary>
public sealed class VirtualClusterStatus : Extensible
{
    /// <summary><c>Pending</c>, <c>Running</c> or <c>Failed</c>.</summary>
    public string? Phase { get; set; }

    /// <summary>The address of its API.</summary>
    public string? Server { get; set; }

    public List<Condition> Conditions { get; set => field = value ?? []; } = [];
}
