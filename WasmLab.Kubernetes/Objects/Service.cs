namespace WasmLab.Kubernetes.Objects;

/// <summary>A stable name and address for a set of pods.</summary>
public sealed class Service() : KubernetesObject(Type), IKubernetesKind<Service>
{
    /// <inheritdoc/>
    public static ResourceType Type { get; } = new("", "v1", "Service", "services", Namespaced: true);

    public ServiceSpec Spec { get; set => field = value ?? new(); } = new();

    public ServiceStatus Status { get; set => field = value ?? new(); } = new();
}

/// <summary>What is wanted of a service.</summary>
public sealed class ServiceSpec : Extensible
{
    /// <summary><c>ClusterIP</c>, <c>NodePort</c>, <c>LoadBalancer</c> or <c>ExternalName</c>.</summary>
    public string? Type { get; set; }

    public Dictionary<string, string> Selector { get; set => field = value ?? []; } = [];

    public List<ServicePort> Ports { get; set => field = value ?? []; } = [];

    public string? ClusterIP { get; set; }

    public List<string> ClusterIPs { get; set => field = value ?? []; } = [];

    public string? ExternalName { get; set; }

    public string? SessionAffinity { get; set; }

    public bool? PublishNotReadyAddresses { get; set; }
}

/// <summary>A port of a service and the port of the pods behind it.</summary>
public sealed class ServicePort : Extensible
{
    public string? Name { get; set; }

    public string? Protocol { get; set; }

    public string? AppProtocol { get; set; }

    public int Port { get; set; }

    public IntOrString? TargetPort { get; set; }

    public int? NodePort { get; set; }
}

/// <summary>What is observed of a service.</summary>
public sealed class ServiceStatus : Extensible
{
    public LoadBalancerStatus LoadBalancer { get; set => field = value ?? new(); } = new();

    public List<Condition> Conditions { get; set => field = value ?? []; } = [];
}

/// <summary>Where a load balancer or an ingress is reached.</summary>
public sealed class LoadBalancerStatus : Extensible
{
    public List<LoadBalancerIngress> Ingress { get; set => field = value ?? []; } = [];
}

/// <summary>One address of a load balancer or an ingress.</summary>
public sealed class LoadBalancerIngress : Extensible
{
    public string? Ip { get; set; }

    public string? Hostname { get; set; }
}
