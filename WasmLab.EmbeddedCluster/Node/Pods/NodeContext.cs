using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.EmbeddedCluster.Nodes.Probes;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.EmbeddedCluster.Nodes.Status;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>What all pods of a node share.</summary>
internal sealed record NodeContext
{
    public required NodePaths Paths { get; init; }

    /// <summary>The handler of a name; null when it is not configured.</summary>
    public required Func<string?, IRuntimeHandler?> FindHandler { get; init; }

    public required IImageService Images { get; init; }

    public required IPodApi Api { get; init; }

    public required PodNetwork Network { get; init; }

    public required IEventRecorder Events { get; init; }

    public required Prober Prober { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    public string HostIP { get; init; } = "127.0.0.1";
}
