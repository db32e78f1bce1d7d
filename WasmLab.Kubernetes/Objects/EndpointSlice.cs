namespace WasmLab.Kubernetes.Objects;

/// <summary>Addresses of the pods behind a service.</summary>
public sealed class EndpointSlice() : KubernetesObject(Type), IKubernetesKind<EndpointSlice>
{
    /// <inheritdoc/>
    public static ResourceType Type { get; } = new("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", Namespaced: true);

    /// <summary>Before Kubernetes 1.21.</summary>
    public static IReadOnlyList<string> OlderVersions { get; } = ["v1beta1"];

    /// <summary><c>IPv4</c>, <c>IPv6</c> or <c>FQDN</c>.</summary>
    public string? AddressType { get; set; }

    public List<Endpoint> Endpoints { get; set => field = value ?? []; } = [];

    public List<EndpointPort> Ports { get; set => field = value ?? []; } = [];
}

/// <summary>One pod behind a service.</summary>
public sealed class Endpoint : Extensible
{
    public List<string> Addresses { get; set => field = value ?? []; } = [];

    public EndpointConditions? Conditions { get; set; }

    public string? Hostname { get; set; }

    public string? NodeName { get; set; }

    public ObjectReference? TargetRef { get; set; }
}

/// <summary>Whether traffic may go to an endpoint.</summary>
public sealed class EndpointConditions : Extensible
{
    public bool? Ready { get; set; }

    public bool? Serving { get; set; }

    public bool? Terminating { get; set; }
}

/// <summary>A port of the endpoints of a slice.</summary>
public sealed class EndpointPort : Extensible
{
    public string? Name { get; set; }

    public string? Protocol { get; set; }

    public int? Port { get; set; }

    public string? AppProtocol { get; set; }
}
