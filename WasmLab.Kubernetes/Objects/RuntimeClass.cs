namespace WasmLab.Kubernetes.Objects;

/// <summary>Names the runtime handler of the pods of a class.</summary>
public sealed class RuntimeClass() : KubernetesObject(Type), IKubernetesKind<RuntimeClass>
{
    /// <inheritdoc/>
    public static ResourceType Type { get; } = new("node.k8s.io", "v1", "RuntimeClass", "runtimeclasses", Namespaced: false);

    public string? Handler { get; set; }

    public RuntimeClassOverhead? Overhead { get; set; }

    public RuntimeClassScheduling? Scheduling { get; set; }
}

/// <summary>What a pod of the class costs beyond its containers.</summary>
public sealed class RuntimeClassOverhead : Extensible
{
    public Dictionary<string, string> PodFixed { get; set => field = value ?? []; } = [];
}

/// <summary>Which nodes offer the class.</summary>
public sealed class RuntimeClassScheduling : Extensible
{
    public Dictionary<string, string> NodeSelector { get; set => field = value ?? []; } = [];

    public List<Toleration> Tolerations { get; set => field = value ?? []; } = [];
}
