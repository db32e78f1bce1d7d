namespace WasmLab.Kubernetes.Objects;

/// <summary>A pod on every node that matches.</summary>
public sealed class DaemonSet() : KubernetesObject(Type), IKubernetesKind<DaemonSet>
{
    /// <inheritdoc/>
    public static ResourceType Type { get; } = new("apps", "v1", "DaemonSet", "daemonsets", Namespaced: true);

    public DaemonSetSpec Spec { get; set => field = value ?? new(); } = new();

    public DaemonSetStatus Status { get; set => field = value ?? new(); } = new();
}

/// <summary>What is wanted of a daemon set.</summary>
public sealed class DaemonSetSpec : Extensible
{
    public LabelSelector Selector { get; set => field = value ?? new(); } = new();

    public PodTemplate Template { get; set => field = value ?? new(); } = new();

    public DaemonSetUpdateStrategy? UpdateStrategy { get; set; }

    public int? MinReadySeconds { get; set; }
}

/// <summary>How the pods of a daemon set are replaced when its template changes.</summary>
public sealed class DaemonSetUpdateStrategy : Extensible
{
    /// <summary><c>RollingUpdate</c> or <c>OnDelete</c>.</summary>
    public string? Type { get; set; }

    public RollingUpdate? RollingUpdate { get; set; }
}

/// <summary>How many pods may be missing while they are replaced.</summary>
public sealed class RollingUpdate : Extensible
{
    public IntOrString? MaxUnavailable { get; set; }
}

/// <summary>What is observed of a daemon set.</summary>
public sealed class DaemonSetStatus : Extensible
{
    public int DesiredNumberScheduled { get; set; }

    public int CurrentNumberScheduled { get; set; }

    public int UpdatedNumberScheduled { get; set; }

    public int NumberReady { get; set; }

    public int NumberAvailable { get; set; }

    public int NumberUnavailable { get; set; }

    public long? ObservedGeneration { get; set; }
}

/// <summary>Finds objects by their labels.</summary>
public sealed class LabelSelector : Extensible
{
    public Dictionary<string, string> MatchLabels { get; set => field = value ?? []; } = [];
}

/// <summary>What the pods of a workload look like.</summary>
public sealed class PodTemplate : Extensible
{
    public ObjectMeta Metadata { get; set => field = value ?? new(); } = new();

    public PodSpec Spec { get; set => field = value ?? new(); } = new();
}
