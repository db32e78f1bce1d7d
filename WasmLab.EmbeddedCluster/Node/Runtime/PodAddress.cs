using System.Net;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>Where a pod listens.</summary>
/// <param name="Address">Its address.</param>
/// <param name="HostPorts">Host port of each container port where pods share one address; empty where each pod has its own.</param>
internal sealed record PodAddress(IPAddress Address, IReadOnlyDictionary<int, int> HostPorts)
{
    /// <summary>Annotation that publishes the host port of a container port, followed by that port.</summary>
    public const string PortAnnotationPrefix = "wasmlab.dev/port.";

    public bool IsShared => HostPorts.Count > 0;

    public IPEndPoint EndPointOf(int containerPort) => new(Address, HostPorts.GetValueOrDefault(containerPort, containerPort));
}
