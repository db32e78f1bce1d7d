namespace WasmLab.Kubernetes.Objects;

/// <summary>What all containers of a pod may do, unless they say otherwise.</summary>
public sealed class PodSecurityContext : Extensible
{
    public long? RunAsUser { get; set; }

    public long? RunAsGroup { get; set; }
}

/// <summary>What a container may do.</summary>
public sealed class SecurityContext : Extensible
{
    /// <summary>It may do on the node whatever root may.</summary>
    public bool? Privileged { get; set; }

    public long? RunAsUser { get; set; }

    public long? RunAsGroup { get; set; }

    public bool? ReadOnlyRootFilesystem { get; set; }

    public bool? AllowPrivilegeEscalation { get; set; }

    public Capabilities? Capabilities { get; set; }
}

/// <summary>Linux capabilities beside, and less than, the runtime's usual ones.</summary>
public sealed class Capabilities : Extensible
{
    public List<string> Add { get; set => field = value ?? []; } = [];

    public List<string> Drop { get; set => field = value ?? []; } = [];
}
