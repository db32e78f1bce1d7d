namespace WasmLab.Kubernetes.Objects;

/// <summary>Containers that run together on one node.</summary>
public sealed class Pod() : KubernetesObject(Type), IKubernetesKind<Pod>
{
    /// <inheritdoc/>
    public static ResourceType Type { get; } = new("", "v1", "Pod", "pods", Namespaced: true);

    public PodSpec Spec { get; set => field = value ?? new(); } = new();

    public PodStatus Status { get; set => field = value ?? new(); } = new();
}

/// <summary>What is wanted of a pod.</summary>
public sealed class PodSpec : Extensible
{
    public List<Container> Containers { get; set => field = value ?? []; } = [];

    public List<Container> InitContainers { get; set => field = value ?? []; } = [];

    public List<Volume> Volumes { get; set => field = value ?? []; } = [];

    public string? NodeName { get; set; }

    public Dictionary<string, string> NodeSelector { get; set => field = value ?? []; } = [];

    public string? RuntimeClassName { get; set; }

    /// <summary><c>Always</c>, <c>OnFailure</c> or <c>Never</c>.</summary>
    public string? RestartPolicy { get; set; }

    public long? TerminationGracePeriodSeconds { get; set; }

    public long? ActiveDeadlineSeconds { get; set; }

    public string? DnsPolicy { get; set; }

    public bool? EnableServiceLinks { get; set; }

    public string? Hostname { get; set; }

    public string? Subdomain { get; set; }

    public bool? HostNetwork { get; set; }

    public bool? HostPID { get; set; }

    public bool? HostIPC { get; set; }

    public bool? ShareProcessNamespace { get; set; }

    public PodSecurityContext? SecurityContext { get; set; }

    public int? Priority { get; set; }

    public string? PriorityClassName { get; set; }

    public string? SchedulerName { get; set; }

    public string? ServiceAccountName { get; set; }

    /// <summary>Whether the account's token is mounted into the containers; null leaves it to the account.</summary>
    public bool? AutomountServiceAccountToken { get; set; }

    public Dictionary<string, string> Overhead { get; set => field = value ?? []; } = [];

    public List<Toleration> Tolerations { get; set => field = value ?? []; } = [];
}

/// <summary>Lets a pod onto nodes with a taint.</summary>
public sealed class Toleration : Extensible
{
    public string? Key { get; set; }

    public string? Operator { get; set; }

    public string? Value { get; set; }

    public string? Effect { get; set; }

    public long? TolerationSeconds { get; set; }
}

/// <summary>A directory that containers can mount; its source stays among the unknown fields.</summary>
public sealed class Volume : Extensible
{
    public string? Name { get; set; }
}

/// <summary>What is observed of a pod.</summary>
public sealed class PodStatus : Extensible
{
    /// <summary><c>Pending</c>, <c>Running</c>, <c>Succeeded</c>, <c>Failed</c> or <c>Unknown</c>.</summary>
    public string? Phase { get; set; }

    public List<Condition> Conditions { get; set => field = value ?? []; } = [];

    public string? Reason { get; set; }

    public string? Message { get; set; }

    public string? HostIP { get; set; }

    public List<HostIP> HostIPs { get; set => field = value ?? []; } = [];

    public string? PodIP { get; set; }

    public List<PodIP> PodIPs { get; set => field = value ?? []; } = [];

    public DateTimeOffset? StartTime { get; set; }

    public string? QosClass { get; set; }

    public long? ObservedGeneration { get; set; }

    public List<ContainerStatus> InitContainerStatuses { get; set => field = value ?? []; } = [];

    public List<ContainerStatus> ContainerStatuses { get; set => field = value ?? []; } = [];
}

/// <summary>An address of a pod.</summary>
public sealed class PodIP : Extensible
{
    public string? Ip { get; set; }
}

/// <summary>An address of a pod's node.</summary>
public sealed class HostIP : Extensible
{
    public string? Ip { get; set; }
}

/// <summary>What is observed of one container.</summary>
public sealed class ContainerStatus : Extensible
{
    public string? Name { get; set; }

    public ContainerState State { get; set => field = value ?? new(); } = new();

    public ContainerState LastState { get; set => field = value ?? new(); } = new();

    public bool Ready { get; set; }

    public int RestartCount { get; set; }

    public string Image { get; set; } = "";

    public string ImageID { get; set; } = "";

    public string? ContainerID { get; set; }

    public bool? Started { get; set; }
}

/// <summary>The state of a container: at most one of the three is there.</summary>
public sealed class ContainerState : Extensible
{
    public ContainerStateWaiting? Waiting { get; set; }

    public ContainerStateRunning? Running { get; set; }

    public ContainerStateTerminated? Terminated { get; set; }
}

/// <summary>A container that does not run yet.</summary>
public sealed class ContainerStateWaiting : Extensible
{
    public string? Reason { get; set; }

    public string? Message { get; set; }
}

/// <summary>A container that runs.</summary>
public sealed class ContainerStateRunning : Extensible
{
    public DateTimeOffset? StartedAt { get; set; }
}

/// <summary>A container that has ended.</summary>
public sealed class ContainerStateTerminated : Extensible
{
    public int ExitCode { get; set; }

    public int? Signal { get; set; }

    public string? Reason { get; set; }

    public string? Message { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    public string? ContainerID { get; set; }
}
