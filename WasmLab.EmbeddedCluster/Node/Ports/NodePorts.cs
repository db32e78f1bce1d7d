using System.Globalization;
using System.Net.Sockets;
using WasmLab.EmbeddedCluster.Api;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Ports;

/// <summary>Reaches the ports of this node's pods, at the pod's address or, where pods share one, at the port of this machine that stands for it.</summary>
internal sealed class NodePorts : IPortSource
{
    public async Task<Stream> ConnectAsync(Pod pod, int port, CancellationToken ct)
    {
        var address = pod.Status.PodIP ?? throw new IOException($"pod {pod.Metadata.Name} has no address yet");
        var hostPort = pod.Metadata.Annotations.TryGetValue($"{PodAddress.PortAnnotationPrefix}{port}", out var text)
            ? int.Parse(text, CultureInfo.InvariantCulture)
            : port;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, hostPort, ct).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException exception)
        {
            socket.Dispose();
            throw new IOException($"failed to connect to {address}:{hostPort} inside pod {pod.Metadata.Namespace}/{pod.Metadata.Name}: {exception.Message}", exception);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
