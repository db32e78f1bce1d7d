using System.Net;
using System.Net.Sockets;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>Opens connections to endpoints.</summary>
internal interface IUpstreamConnector
{
    /// <exception cref="SocketException">The endpoint refuses or cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    ValueTask<Socket> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken);
}

/// <summary>Connects to the address itself.</summary>
internal sealed class DirectConnector : IUpstreamConnector
{
    public static DirectConnector Instance { get; } = new();

    public async ValueTask<Socket> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken)
    {
        var address = endPoint is PodEndPoint pod ? pod.Address : endPoint;
        var socket = address is IPEndPoint ip
            ? new Socket(ip.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            await socket.ConnectAsync(address, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
