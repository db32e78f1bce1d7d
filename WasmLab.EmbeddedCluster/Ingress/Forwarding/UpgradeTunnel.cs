using System.Net.Sockets;
using Microsoft.AspNetCore.Http.Features;
using WasmLab.EmbeddedCluster.Ingresses.Configuration;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>After <c>101 Switching Protocols</c>: bytes both ways until one side ends or both are silent too long.</summary>
internal static class UpgradeTunnel
{
    private const int BufferSize = 16 * 1024;

    public static async Task RunAsync(Exchange exchange, UpstreamConnection connection, IHttpUpgradeFeature upgrade, LocationSettings settings)
    {
        var client = await upgrade.UpgradeAsync().ConfigureAwait(false);
        await using (client.ConfigureAwait(false))
        {
            var pod = connection.Stream;
            if (!connection.Unread.IsEmpty)
            {
                await client.WriteAsync(connection.Unread).ConfigureAwait(false);
                exchange.BodyBytesSent += connection.Unread.Length;
                connection.Consume(connection.Unread.Length);
            }

            connection.Arm(settings.ReadTimeout);
            using var end = new CancellationTokenSource();
            var up = CopyAsync(client, pod, bytes => exchange.BodyBytesReceived += bytes);
            var down = CopyAsync(pod, client, bytes => exchange.BodyBytesSent += bytes);
            await Task.WhenAny(up, down).ConfigureAwait(false);
            // As NGINX: one end closes the tunnel for both.
            connection.Disarm();
            await end.CancelAsync().ConfigureAwait(false);
            connection.Abort(ConnectionAbort.Stopped);
            await Task.WhenAll(up, down).ConfigureAwait(false);

            async Task CopyAsync(Stream from, Stream to, Action<int> count)
            {
                var buffer = new byte[BufferSize];
                try
                {
                    while (await from.ReadAsync(buffer, end.Token).ConfigureAwait(false) is var read and > 0)
                    {
                        count(read);
                        connection.Arm(settings.ReadTimeout);
                        await to.WriteAsync(buffer.AsMemory(0, read), end.Token).ConfigureAwait(false);
                        await to.FlushAsync(end.Token).ConfigureAwait(false);
                    }
                }
                catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
                {
                    // One side is gone, which ends the tunnel.
                }
            }
        }
    }
}
