using System.Net;
using System.Net.Sockets;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>Two sockets that are connected with each other.</summary>
internal static class SocketPair
{
    public static async ValueTask<(Socket Near, Socket Far)> CreateAsync(CancellationToken cancellationToken)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await near.ConnectAsync(listener.LocalEndPoint!, cancellationToken).ConfigureAwait(false);
            while (true)
            {
                var far = await listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
                if (far.RemoteEndPoint!.Equals(near.LocalEndPoint))
                {
                    far.NoDelay = true;
                    return (near, far);
                }

                // Another process of this machine was there first.
                far.Dispose();
            }
        }
        catch
        {
            near.Dispose();
            throw;
        }
    }
}
