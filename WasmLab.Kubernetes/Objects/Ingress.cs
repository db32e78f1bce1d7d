namespace WasmLab.Kubernetes.Objects;

/// <summary>Rules that lead requests from outside to services.</summary>
public sealed class Ingress() : KubernetesObject(Type), IKubernetesKind<Ingress>
{
    /// <inheritdoc/>
    public static ResourceType Type { get; } = new("networking.k8s.io", "v1", "Ingress", "ingresses", Namespaced: true);

    public IngressSpec Spec { get; set => field = value ?? new(); } = new();

    public IngressStatus Status { get; set => field = value ?? new(); } = new();
}

/// <summary>What is wanted of an ingress.</summary>
public sealed class IngressSpec : Extensible
{
    public string? IngressClassName { get; set; }

    public IngressBackend? DefaultBackend { get; set; }

    public List<IngressTls> Tls { get; set => field = value ?? []; } = [];

    public List<IngressRule> Rules { get; set => field = value ?? []; } = [];
}

/// <summary>Hosts whose TLS ends at the ingress.</summary>
public sealed class IngressTls : Extensible
{
    public List<string> Hosts { get; set => field = value ?? []; } = [];

    public string? SecretName { get; set; }
}

/// <summary>The rules of one host.</summary>
public sealed class IngressRule : Extensible
{
    public string? Host { get; set; }

    public HttpIngressRuleValue? Http { get; set; }
}

/// <summary>The paths of a rule.</summary>
public sealed class HttpIngressRuleValue : Extensible
{
    public List<HttpIngressPath> Paths { get; set => field = value ?? []; } = [];
}

/// <summary>A path and where it leads.</summary>
public sealed class HttpIngressPath : Extensible
{
    public string? Path { get; set; }

    /// <summary><c>Exact</c>, <c>Prefix</c> or <c>ImplementationSpecific</c>.</summary>
    public string? PathType { get; set; }

    public IngressBackend Backend { get; set => field = value ?? new(); } = new();
}

/// <summary>Where an ingress sends requests.</summary>
public sealed class IngressBackend : Extensible
{
    public IngressServiceBackend? Service { get; set; }
}

/// <summary>A service behind an ingress.</summary>
public sealed class IngressServiceBackend : Extensible
{
    public string? Name { get; set; }

    public ServiceBackendPort? Port { get; set; }
}

/// <summary>A port of a service, by name or by number.</summary>
public sealed class ServiceBackendPort : Extensible
{
    public string? Name { get; set; }

    public int? Number { get; set; }
}

/// <summary>What is observed of an ingress.</summary>
public sealed class IngressStatus : Extensible
{
    public LoadBalancerStatus LoadBalancer { get; set => field = value ?? new(); } = new();
}

/// <summary>Names the controller of the ingresses of a class.</summary>
public sealed class IngressClass() : KubernetesObject(Type), IKubernetesKind<IngressClass>
{
    /// <inheritdoc/>
    public static ResourceType Type { get; } = new("networking.k8s.io", "v1", "IngressClass", "ingressclasses", Namespaced: false);

    public IngressClassSpec Spec { get; set => field = value ?? new(); } = new();
}

/// <summary>What an ingress class stands for.</summary>
public sealed class IngressClassSpec : Extensible
{
    public string? Controller { get; set; }
}
