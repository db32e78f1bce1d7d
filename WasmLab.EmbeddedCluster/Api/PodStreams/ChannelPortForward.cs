using System.Net.WebSockets;
using System.Text;
using WasmLab.Kubernetes.PodStreams;

namespace WasmLab.EmbeddedCluster.Api.PodStreams;

/// <summary>
/// Ports of a pod over one WebSocket: two channels a port, one for its bytes and one for what went wrong, each of which begins with the
/// port's number. When a port's connection ends, so does the WebSocket: the protocol has no other way to say it.
/// </summary>
internal sealed class ChannelPortForward(WebSocket socket, IReadOnlyList<int> ports, Func<int, CancellationToken, Task<Stream>> connect) : IDisposable
{
    /// <summary>A channel's number is a byte, and the last one means the end of another.</summary>
    public const int MaximumPorts = 127;

    private const int BufferSize = 32 * 1024;

    private readonly ChannelSocket _channels = new(socket);
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Stream?[] _pods = new Stream?[ports.Count];

    /// <summary>Returns when a side has ended.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            for (var index = 0; index < ports.Count; index++)
            {
                await BeginAsync(index, ended.Token).ConfigureAwait(false);
            }

            var down = Task.WhenAny(Enumerable.Range(0, ports.Count).Select(index => FromPodAsync(index, ended.Token))).Unwrap();
            var up = ToPodsAsync(ended.Token);
            await Task.WhenAny(down, up).ConfigureAwait(false);
            await ended.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(down, up).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception exception) when (exception is WebSocketException or IOException)
        {
            // The client is gone.
        }
        finally
        {
            foreach (var pod in _pods.OfType<Stream>())
            {
                await pod.DisposeAsync().ConfigureAwait(false);
            }

            await _channels.DisposeAsync().ConfigureAwait(false);
        }
    }

    public void Dispose() => _sending.Dispose();

    private async Task BeginAsync(int index, CancellationToken cancellationToken)
    {
        byte[] header = [(byte)ports[index], (byte)(ports[index] >> 8)];
        await SendAsync(2 * index, header, cancellationToken).ConfigureAwait(false);
        await SendAsync((2 * index) + 1, header, cancellationToken).ConfigureAwait(false);
        try
        {
            _pods[index] = await connect(ports[index], cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            await SendAsync((2 * index) + 1, Encoding.UTF8.GetBytes(exception.Message), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task FromPodAsync(int index, CancellationToken cancellationToken)
    {
        if (_pods[index] is not { } pod)
        {
            return;
        }

        var buffer = new byte[BufferSize];
        int count;
        while ((count = await pod.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            await SendAsync(2 * index, buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task ToPodsAsync(CancellationToken cancellationToken)
    {
        while (await _channels.ReceiveAsync(cancellationToken).ConfigureAwait(false) is { } frame)
        {
            if (frame.Channel % 2 == 0 && frame.Channel / 2 < _pods.Length && _pods[frame.Channel / 2] is { } pod)
            {
                await pod.WriteAsync(frame.Data, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task SendAsync(int channel, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await _channels.SendAsync((byte)channel, data, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }
}
