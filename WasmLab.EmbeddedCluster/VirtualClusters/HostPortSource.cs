using System.Net.WebSockets;
using WasmLab.EmbeddedCluster.Api;
using WasmLab.EmbeddedCluster.VirtualClusters.Sync;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters;

/// <summary>The ports of a virtual cluster's pods are those of their copies on the host.</summary>
/// <param name="host">The host's API.</param>
/// <param name="inProcess">Reaches the host's pods where the host's API is in this process and so has no network to stream over; null where it is not.</param>
/// <param name="hostNamespace">The namespace of the copies.</param>
/// <param name="virtualCluster">The virtual cluster.</param>
internal sealed class HostPortSource(KubernetesClient host, IPortSource? inProcess, string hostNamespace, string virtualCluster) : IPortSource
{
    public async Task<Stream> ConnectAsync(Pod pod, int port, CancellationToken ct)
    {
        var name = HostName.Of(pod.Metadata.Name!, pod.Metadata.Namespace ?? "default", virtualCluster);
        try
        {
            return inProcess is null
                ? await host.PortForwardAsync(name, hostNamespace, port, ct).ConfigureAwait(false)
                : await inProcess.ConnectAsync(await host.GetAsync<Pod>(name, hostNamespace, ct).ConfigureAwait(false), port, ct).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is KubernetesException or HttpRequestException or WebSocketException)
        {
            throw new IOException(exception.Message, exception);
        }
    }
}
