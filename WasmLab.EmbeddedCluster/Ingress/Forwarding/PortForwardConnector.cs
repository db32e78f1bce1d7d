using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Ingresses.Telemetry;
using WasmLab.Kubernetes;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>
/// Connects to pods through the API server and their nodes. The forwarder gets one end of a socket pair, a relay feeds the other: what the
/// pools do with a socket (asking whether it is stale, cutting it off) works as with any other, and direct connections pay nothing for it.
/// </summary>
internal sealed class PortForwardConnector(KubernetesClient client, ILogger<PortForwardConnector> logger)
{
    private const int BufferSize = 32 * 1024;

    /// <exception cref="SocketException">The API server or the node refuses; the message says why.</exception>
    public async ValueTask<Socket> ConnectAsync(PodEndPoint pod, CancellationToken cancellationToken)
    {
        Stream stream;
        try
        {
            stream = await client.PortForwardAsync(pod.Pod, pod.Namespace, pod.Address.Port, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException)
        {
            throw new SocketException((int)SocketError.HostUnreachable, $"port-forward to pod {pod.Namespace}/{pod.Pod}: {exception.Message}");
        }

        try
        {
            var (near, far) = await SocketPair.CreateAsync(cancellationToken).ConfigureAwait(false);
            _ = RelayAsync(far, stream);
            return near;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Ends when the forwarder has closed its end.</summary>
    private async Task RelayAsync(Socket far, Stream pod)
    {
        using var closed = new CancellationTokenSource();
        var down = ToForwarderAsync(far, pod, closed.Token);
        await ToPodAsync(far, pod).ConfigureAwait(false);
        await closed.CancelAsync().ConfigureAwait(false);
        await pod.DisposeAsync().ConfigureAwait(false);
        await down.ConfigureAwait(false);
        far.Dispose();
    }

    private async Task ToForwarderAsync(Socket far, Stream pod, CancellationToken closed)
    {
        var buffer = new byte[BufferSize];
        try
        {
            int count;
            while ((count = await pod.ReadAsync(buffer, CancellationToken.None).ConfigureAwait(false)) > 0)
            {
                await SendAllAsync(far, buffer.AsMemory(0, count), closed).ConfigureAwait(false);
            }
        }
        catch (IOException exception) when (!closed.IsCancellationRequested)
        {
            Log.PortForwardBroke(logger, exception.Message);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The forwarder has closed its end.
        }

        try
        {
            // Closing it would throw away what the forwarder has not read yet.
            far.Shutdown(SocketShutdown.Send);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is closed already.
        }
    }

    private static async Task ToPodAsync(Socket far, Stream pod)
    {
        var buffer = new byte[BufferSize];
        var open = true;
        try
        {
            int count;
            while ((count = await far.ReceiveAsync(buffer.AsMemory(), SocketFlags.None).ConfigureAwait(false)) > 0)
            {
                // After the pod's end only the forwarder's is waited for.
                open = open && await WriteAsync(pod, buffer.AsMemory(0, count)).ConfigureAwait(false);
            }
        }
        catch (SocketException)
        {
            // Cut off by the forwarder.
        }
    }

    private static async ValueTask<bool> WriteAsync(Stream pod, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await pod.WriteAsync(bytes).ConfigureAwait(false);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async ValueTask SendAllAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[await socket.SendAsync(bytes, SocketFlags.None, cancellationToken).ConfigureAwait(false)..];
        }
    }
}
