using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api;

/// <summary>Reaches ports inside pods: the node those of its own, a virtual cluster those of the cluster it lives in.</summary>
internal interface IPortSource
{
    /// <summary>Connects to a port.</summary>
    /// <param name="pod">The pod as stored; it runs.</param>
    /// <param name="port">The port inside the pod.</param>
    /// <param name="ct">The client has left.</param>
    /// <returns>A duplex stream; disposing of it ends both directions.</returns>
    /// <exception cref="IOException">Nothing listens there; the message is for the user.</exception>
    Task<Stream> ConnectAsync(Pod pod, int port, CancellationToken ct);
}
