using System.Net;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>Runs containers: what a RuntimeClass's <c>handler</c> names.</summary>
internal interface IRuntimeHandler
{
    /// <summary>The name that RuntimeClasses use, for instance <c>wasmedgev1</c>.</summary>
    string Name { get; }

    /// <summary>Starts a container; throws <see cref="ContainerStartException"/> when that cannot be done.</summary>
    Task<IContainer> StartAsync(ContainerConfig config, CancellationToken cancellationToken);
}

/// <summary>A started container.</summary>
internal interface IContainer
{
    string Id { get; }

    /// <summary>Ends, never with an exception, when the container has ended and its log is complete.</summary>
    Task<ContainerExit> Exited { get; }

    /// <summary>Sends the signal; does nothing when the container has ended.</summary>
    void Signal(ContainerSignal signal);
}

internal enum ContainerSignal
{
    Terminate,
    Kill,
}

/// <summary>How a container ended.</summary>
/// <param name="Code">As a shell shows it: 128 plus the signal when a signal ended it.</param>
/// <param name="Reason">What the runtime knows beyond the code, for instance the text of a trap.</param>
/// <param name="RuntimeLost">The runtime ended, not the container: it is restarted without back-off.</param>
internal sealed record ContainerExit(int Code, string? Reason = null, bool RuntimeLost = false);

/// <summary>All that a handler needs to start one container.</summary>
internal sealed record ContainerConfig
{
    public required string Id { get; init; }

    /// <summary>Host directory that holds the unpacked image.</summary>
    public required string RootFileSystem { get; init; }

    /// <summary>Entry point and arguments, variables expanded; never empty.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Path inside the image.</summary>
    public string WorkingDirectory { get; init; } = "/";

    /// <summary>File that both output streams are appended to, in CRI format.</summary>
    public required string LogPath { get; init; }

    /// <summary>The pod's own address; null where pods share the host's and are told free ports.</summary>
    public IPAddress? Address { get; init; }

    public IReadOnlyList<ContainerMount> Mounts { get; init; } = [];
}

/// <summary>A volume, already a host directory, and where the container sees it.</summary>
internal sealed record ContainerMount(string HostPath, string MountPath);

/// <summary>A container could not be started. The message is what the pod's status and event show.</summary>
internal sealed class ContainerStartException(string message, Exception? innerException = null)
    : Exception(message, innerException);
