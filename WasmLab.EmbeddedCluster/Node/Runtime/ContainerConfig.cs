using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>What is wanted of a container; what it does not say, the image says.</summary>
internal sealed record ContainerConfig
{
    /// <summary>What the pod says of it, before variables are expanded.</summary>
    public required Container Spec { get; init; }

    public required LocalImage Image { get; init; }

    /// <summary>How often it has been restarted.</summary>
    public required int Attempt { get; init; }

    /// <summary>Takes the place of the image's entry point and arguments; empty to keep them.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Takes the place of the image's arguments; empty to keep them, unless there is a <see cref="Command"/>.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>Variables beside the image's.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>File below the sandbox's log directory that both output streams are appended to, in CRI format.</summary>
    public required string LogPath { get; init; }

    public IReadOnlyList<ContainerMount> Mounts { get; init; } = [];
}

/// <summary>A volume, already a directory or file of the host, and where the container sees it.</summary>
internal sealed record ContainerMount(string HostPath, string MountPath, bool IsReadOnly = false);
