namespace WasmLab.Kubernetes.Objects;

/// <summary>A scope of names.</summary>
public sealed class Namespace() : KubernetesObject(Type), IKubernetesKind<Namespace>
{
    /// <inheritdoc/>
    public static ResourceType Type { get; } = new("", "v1", "Namespace", "namespaces", Namespaced: false);

    public NamespaceSpec Spec { get; set => field = value ?? new(); } = new();

    public NamespaceStatus Status { get; set => field = value ?? new(); } = new();
}

/// <summary>What a namespace waits for before it goes.</summary>
public sealed class NamespaceSpec : Extensible
{
    public List<string> Finalizers { get; set => field = value ?? []; } = [];
}

/// <summary>Whether a namespace is going.</summary>
public sealed class NamespaceStatus : Extensible
{
    /// <summary><c>Active</c> or <c>Terminating</c>.</summary>
    public string? Phase { get; set; }

    public List<Condition> Conditions { get; set => field = value ?? []; } = [];
}
