using System.Net;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Nodes.Probes;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.EmbeddedCluster.Nodes.Status;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>What all pods of a node share.</summary>
internal sealed record NodeContext
{
    public required NodePaths Paths { get; init; }

    public required IContainerRuntime Runtime { get; init; }

    public required IPodApi Api { get; init; }

    public required IEventRecorder Events { get; init; }

    public required Prober Prober { get; init; }

    public required TimeProvider Time { get; init; }

    public required ILogger Logger { get; init; }

    public IPAddress HostIP { get; init; } = IPAddress.Loopback;
}
