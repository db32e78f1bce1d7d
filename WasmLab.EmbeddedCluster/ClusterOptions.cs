using System.Net;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;

namespace WasmLab.EmbeddedCluster;

/// <summary>What this process runs, and where.</summary>
internal sealed record ClusterOptions
{
    /// <summary>Holds everything that outlives a run.</summary>
    public required string StateDirectory { get; init; }

    /// <summary>Of the API server; 0 takes a free one.</summary>
    public int ApiPort { get; init; } = 16443;

    /// <summary>Of the ingress; 0 takes a free one.</summary>
    public int IngressPort { get; init; } = 8080;

    /// <summary>Written by the api part, read when that part runs elsewhere.</summary>
    public required string KubeConfigPath { get; init; }

    /// <summary>The context used when the api part runs elsewhere; null is the current one.</summary>
    public string? Context { get; init; }

    /// <summary>How the ingress reaches pods, when part api runs elsewhere.</summary>
    public PodReach IngressReach { get; init; }

    /// <summary>Labels of the namespaces whose ingresses are served; null serves all.</summary>
    public string? WatchNamespaceSelector { get; init; }

    /// <summary>Name of the Node object.</summary>
    public string NodeName { get; init; } = "wasmlab";

    /// <summary>Address of the node.</summary>
    public IPAddress NodeIP { get; init; } = IPAddress.Loopback;

    /// <summary>Socket of the container runtime that runs the pods, for instance <c>unix:///run/containerd/containerd.sock</c>; null to run them in this process.</summary>
    public string? ContainerRuntimeEndpoint { get; init; }

    /// <summary>The parts to run.</summary>
    public ClusterParts Parts { get; init; } = ClusterParts.All;

    /// <summary>Stop when standard input ends.</summary>
    public bool ParentWatch { get; init; }
}

/// <summary>The parts of a cluster; each is a client of the API and runs with any other, or alone.</summary>
[Flags]
internal enum ClusterParts
{
    None = 0,
    Api = 1,
    Node = 2,
    Controllers = 4,
    Ingress = 8,
    VirtualClusters = 16,
    All = Api | Node | Controllers | Ingress | VirtualClusters,
}
