namespace WasmLab.Kubernetes.Objects;

/// <summary>A machine that runs pods.</summary>
public sealed class Node() : KubernetesObject(Type), IKubernetesKind<Node>
{
    /// <inheritdoc/>
    public static ResourceType Type { get; } = new("", "v1", "Node", "nodes", Namespaced: false);

    public NodeSpec Spec { get; set => field = value ?? new(); } = new();

    public NodeStatus Status { get; set => field = value ?? new(); } = new();
}

/// <summary>What is wanted of a node.</summary>
public sealed class NodeSpec : Extensible
{
    public string? PodCIDR { get; set; }

    public List<string> PodCIDRs { get; set => field = value ?? []; } = [];

    public string? ProviderID { get; set; }

    public bool? Unschedulable { get; set; }

    public List<Taint> Taints { get; set => field = value ?? []; } = [];
}

/// <summary>Keeps pods that do not tolerate it off a node.</summary>
public sealed class Taint : Extensible
{
    public string? Key { get; set; }

    public string? Value { get; set; }

    public string? Effect { get; set; }

    public DateTimeOffset? TimeAdded { get; set; }
}

/// <summary>What a node reports.</summary>
public sealed class NodeStatus : Extensible
{
    public Dictionary<string, string> Capacity { get; set => field = value ?? []; } = [];

    public Dictionary<string, string> Allocatable { get; set => field = value ?? []; } = [];

    public List<Condition> Conditions { get; set => field = value ?? []; } = [];

    public List<NodeAddress> Addresses { get; set => field = value ?? []; } = [];

    public NodeSystemInfo? NodeInfo { get; set; }

    public List<ContainerImage> Images { get; set => field = value ?? []; } = [];

    public List<NodeRuntimeHandler> RuntimeHandlers { get; set => field = value ?? []; } = [];
}

/// <summary>An address of a node.</summary>
public sealed class NodeAddress : Extensible
{
    public string? Type { get; set; }

    public string? Address { get; set; }
}

/// <summary>What a node is made of.</summary>
public sealed class NodeSystemInfo : Extensible
{
    public string MachineID { get; set; } = "";

    public string SystemUUID { get; set; } = "";

    public string BootID { get; set; } = "";

    public string KernelVersion { get; set; } = "";

    public string OsImage { get; set; } = "";

    public string ContainerRuntimeVersion { get; set; } = "";

    public string KubeletVersion { get; set; } = "";

    public string KubeProxyVersion { get; set; } = "";

    public string OperatingSystem { get; set; } = "";

    public string Architecture { get; set; } = "";
}

/// <summary>An image that a node holds.</summary>
public sealed class ContainerImage : Extensible
{
    public List<string> Names { get; set => field = value ?? []; } = [];

    public long? SizeBytes { get; set; }
}

/// <summary>A runtime handler that a node offers; the default one has an empty name.</summary>
public sealed class NodeRuntimeHandler : Extensible
{
    public string Name { get; set; } = "";
}
