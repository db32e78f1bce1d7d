using System.Buffers;
using System.Net.WebSockets;

namespace WasmLab.Kubernetes.PodStreams;

/// <summary>
/// Several streams over one WebSocket, as <c>channel.k8s.io</c> has it: the first byte of each message numbers its channel. One reader and
/// one writer at a time; who reads slowly slows the other side down.
/// </summary>
public sealed class ChannelSocket(WebSocket socket) : IAsyncDisposable
{
    /// <summary>Since this version the end of a channel can be told.</summary>
    public const string Version5 = "v5.channel.k8s.io";

    /// <summary>What every server from 1.20 on speaks.</summary>
    public const string Version4 = "v4.channel.k8s.io";

    private const byte CloseChannel = 255;
    private const int ReceiveSize = 32 * 1024;
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(1);

    private readonly byte[] _received = new byte[ReceiveSize];
    private byte _channel;
    private bool _inMessage;

    /// <summary>The largest piece sent as one message.</summary>
    public const int SendSize = 32 * 1024;

    /// <summary>The next bytes of some channel, valid until the next call; null when the other side has ended the connection.</summary>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    public async ValueTask<(byte Channel, ReadOnlyMemory<byte> Data)?> ReceiveAsync(CancellationToken ct)
    {
        while (true)
        {
            var received = await socket.ReceiveAsync(_received.AsMemory(), ct).ConfigureAwait(false);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            var data = _received.AsMemory(0, received.Count);
            if (!_inMessage && data.Length > 0)
            {
                _channel = data.Span[0];
                data = data[1..];
                _inMessage = true;
            }

            _inMessage &= !received.EndOfMessage;
            if (data.Length > 0)
            {
                return (_channel, data);
            }
        }
    }

    /// <summary>Sends to a channel, and returns when the connection has taken it.</summary>
    public async ValueTask SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(SendSize + 1);
        try
        {
            buffer[0] = channel;
            while (data.Length > 0)
            {
                var piece = data[..Math.Min(data.Length, SendSize)];
                piece.CopyTo(buffer.AsMemory(1));
                await socket.SendAsync(buffer.AsMemory(0, piece.Length + 1), WebSocketMessageType.Binary, endOfMessage: true, ct).ConfigureAwait(false);
                data = data[piece.Length..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Tells the end of a channel, if the version can.</summary>
    public async ValueTask EndAsync(byte channel, CancellationToken ct)
    {
        if (socket.SubProtocol == Version5)
        {
            await socket.SendAsync(new byte[] { CloseChannel, channel }, WebSocketMessageType.Binary, endOfMessage: true, ct).ConfigureAwait(false);
        }
    }

    /// <summary>Says goodbye if that is quick, and ends the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
        {
            using var limit = new CancellationTokenSource(s_closeTimeout);
            try
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, limit.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException)
            {
                // The other side was faster.
            }
        }

        socket.Dispose();
    }

    /// <summary>Ends the connection at once.</summary>
    public void Abort() => socket.Dispose();
}
