using System.Text.Json.Serialization;

namespace WasmLab.Kubernetes.Objects;

/// <summary>What is wanted of one container.</summary>
public sealed class Container : Extensible
{
    public string? Name { get; set; }

    public string? Image { get; set; }

    /// <summary><c>Always</c>, <c>IfNotPresent</c> or <c>Never</c>.</summary>
    public string? ImagePullPolicy { get; set; }

    public List<string> Command { get; set => field = value ?? []; } = [];

    public List<string> Args { get; set => field = value ?? []; } = [];

    public string? WorkingDir { get; set; }

    public List<ContainerPort> Ports { get; set => field = value ?? []; } = [];

    public List<EnvVar> Env { get; set => field = value ?? []; } = [];

    public List<EnvFromSource> EnvFrom { get; set => field = value ?? []; } = [];

    public ResourceRequirements? Resources { get; set; }

    public List<VolumeMount> VolumeMounts { get; set => field = value ?? []; } = [];

    public Probe? LivenessProbe { get; set; }

    public Probe? ReadinessProbe { get; set; }

    public Probe? StartupProbe { get; set; }

    public Lifecycle? Lifecycle { get; set; }

    public SecurityContext? SecurityContext { get; set; }

    public string? TerminationMessagePath { get; set; }

    public string? TerminationMessagePolicy { get; set; }

    public bool? Stdin { get; set; }

    public bool? Tty { get; set; }
}

/// <summary>A port that a container listens on.</summary>
public sealed class ContainerPort : Extensible
{
    public string? Name { get; set; }

    /// <summary>The field <c>containerPort</c>.</summary>
    [JsonPropertyName("containerPort")]
    public int Port { get; set; }

    public int? HostPort { get; set; }

    public string? Protocol { get; set; }
}

/// <summary>An environment variable.</summary>
public sealed class EnvVar : Extensible
{
    public string? Name { get; set; }

    public string? Value { get; set; }

    public EnvVarSource? ValueFrom { get; set; }
}

/// <summary>Where the value of an environment variable comes from.</summary>
public sealed class EnvVarSource : Extensible
{
    public ObjectFieldSelector? FieldRef { get; set; }

    public KeySelector? ConfigMapKeyRef { get; set; }

    public KeySelector? SecretKeyRef { get; set; }
}

/// <summary>A field of the pod itself.</summary>
public sealed class ObjectFieldSelector : Extensible
{
    public string? ApiVersion { get; set; }

    public string? FieldPath { get; set; }
}

/// <summary>A key of a ConfigMap or Secret.</summary>
public sealed class KeySelector : Extensible
{
    public string? Name { get; set; }

    public string? Key { get; set; }

    public bool? Optional { get; set; }
}

/// <summary>A ConfigMap or Secret whose keys all become environment variables.</summary>
public sealed class EnvFromSource : Extensible
{
    public string? Prefix { get; set; }

    public LocalReference? ConfigMapRef { get; set; }

    public LocalReference? SecretRef { get; set; }
}

/// <summary>Names an object in the same namespace.</summary>
public sealed class LocalReference : Extensible
{
    public string? Name { get; set; }

    public bool? Optional { get; set; }
}

/// <summary>What a container needs at least and gets at most.</summary>
public sealed class ResourceRequirements : Extensible
{
    public Dictionary<string, string> Limits { get; set => field = value ?? []; } = [];

    public Dictionary<string, string> Requests { get; set => field = value ?? []; } = [];
}

/// <summary>Where a volume appears in a container.</summary>
public sealed class VolumeMount : Extensible
{
    public string? Name { get; set; }

    public string? MountPath { get; set; }

    public string? SubPath { get; set; }

    public bool? ReadOnly { get; set; }
}

/// <summary>What is run when a container starts or stops.</summary>
public sealed class Lifecycle : Extensible
{
    public LifecycleHandler? PostStart { get; set; }

    public LifecycleHandler? PreStop { get; set; }
}

/// <summary>An action of a life-cycle hook.</summary>
public sealed class LifecycleHandler : Extensible
{
    public ExecAction? Exec { get; set; }

    public HttpGetAction? HttpGet { get; set; }

    public SleepAction? Sleep { get; set; }
}

/// <summary>Waits.</summary>
public sealed class SleepAction : Extensible
{
    public long Seconds { get; set; }
}

/// <summary>Asks a container how it is.</summary>
public sealed class Probe : Extensible
{
    public ExecAction? Exec { get; set; }

    public HttpGetAction? HttpGet { get; set; }

    public TcpSocketAction? TcpSocket { get; set; }

    public GrpcAction? Grpc { get; set; }

    public int? InitialDelaySeconds { get; set; }

    public int? TimeoutSeconds { get; set; }

    public int? PeriodSeconds { get; set; }

    public int? SuccessThreshold { get; set; }

    public int? FailureThreshold { get; set; }

    public long? TerminationGracePeriodSeconds { get; set; }
}

/// <summary>Runs a command in the container.</summary>
public sealed class ExecAction : Extensible
{
    public List<string> Command { get; set => field = value ?? []; } = [];
}

/// <summary>Sends an HTTP request.</summary>
public sealed class HttpGetAction : Extensible
{
    public string? Path { get; set; }

    public IntOrString Port { get; set; }

    public string? Host { get; set; }

    public string? Scheme { get; set; }

    public List<HttpHeader> HttpHeaders { get; set => field = value ?? []; } = [];
}

/// <summary>A header of a probe's request.</summary>
public sealed class HttpHeader : Extensible
{
    public string? Name { get; set; }

    public string? Value { get; set; }
}

/// <summary>Opens a connection.</summary>
public sealed class TcpSocketAction : Extensible
{
    public IntOrString Port { get; set; }

    public string? Host { get; set; }
}

/// <summary>Asks the gRPC health service.</summary>
public sealed class GrpcAction : Extensible
{
    public int Port { get; set; }

    public string? Service { get; set; }
}
