using System.Net;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>Runs containers of the embedded runtime: what a RuntimeClass's <c>handler</c> names.</summary>
internal interface IRuntimeHandler
{
    /// <summary>The name that RuntimeClasses use, for instance <c>wasmedgev1</c>.</summary>
    string Name { get; }

    /// <summary>Starts a container; throws <see cref="ContainerStartException"/> when that cannot be done.</summary>
    Task<IContainer> StartAsync(Bundle bundle, CancellationToken cancellationToken);
}

/// <summary>The handlers that the embedded runtime has.</summary>
internal interface IRuntimeHandlers
{
    /// <summary>Raised after a handler was added, replaced or removed.</summary>
    event Action? Changed;

    /// <summary>Names of all handlers, the default one first.</summary>
    IReadOnlyList<string> Names { get; }

    /// <summary>The handler of a name; the default one for an empty name; null when it is not configured.</summary>
    IRuntimeHandler? Find(string? name);
}

/// <summary>All that a handler needs to start one container: what a bundle of an OCI runtime says.</summary>
internal sealed record Bundle
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
