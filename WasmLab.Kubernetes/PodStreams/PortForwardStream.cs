using System.Net.WebSockets;
using System.Text;

namespace WasmLab.Kubernetes.PodStreams;

/// <summary>A connection to a port inside a pod. What the node says about it on the error channel becomes the exception of the next read.</summary>
internal sealed class PortForwardStream(ChannelSocket channels, string target) : Stream
{
    private const byte DataChannel = 0;
    private const byte ErrorChannel = 1;

    /// <summary>Each channel begins with the number of its port.</summary>
    private const int HeaderSize = 2;

    private readonly int[] _header = [HeaderSize, HeaderSize];
    private readonly MemoryStream _error = new();
    private ReadOnlyMemory<byte> _unread;
    private bool _ended;
    private bool _disposed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Waits until the node has taken the connection up.</summary>
    public async Task OpenAsync(CancellationToken ct)
    {
        while (_header[DataChannel] > 0 && !_ended)
        {
            _unread = await ReceiveAsync(ct).ConfigureAwait(false);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_unread.Length == 0 && !_ended && buffer.Length > 0)
        {
            _unread = await ReceiveAsync(cancellationToken).ConfigureAwait(false);
        }

        var count = Math.Min(buffer.Length, _unread.Length);
        _unread[..count].CopyTo(buffer);
        _unread = _unread[count..];
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            await channels.SendAsync(DataChannel, buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException or InvalidOperationException)
        {
            throw new IOException($"{target}: the connection is closed", exception);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Write(byte[] buffer, int offset, int count) =>
        WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            await channels.DisposeAsync().ConfigureAwait(false);
            await _error.DisposeAsync().ConfigureAwait(false);
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            channels.Abort();
            _error.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Data that came, perhaps none; sets the end.</summary>
    private async ValueTask<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken ct)
    {
        try
        {
            if (await channels.ReceiveAsync(ct).ConfigureAwait(false) is not { } frame)
            {
                _ended = true;
                ThrowIfFailed(null);
                return default;
            }

            if (frame.Channel > ErrorChannel)
            {
                return default;
            }

            var header = Math.Min(_header[frame.Channel], frame.Data.Length);
            _header[frame.Channel] -= header;
            var data = frame.Data[header..];
            if (frame.Channel == DataChannel)
            {
                return data;
            }

            _error.Write(data.Span);
            return default;
        }
        catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException)
        {
            _ended = true;
            ThrowIfFailed(exception);
            throw new IOException($"{target}: the connection broke: {exception.Message}", exception);
        }
    }

    /// <summary>The error comes in pieces, and the connection ends after it.</summary>
    private void ThrowIfFailed(Exception? inner)
    {
        if (_error.Length > 0)
        {
            throw new IOException($"{target}: {Encoding.UTF8.GetString(_error.GetBuffer(), 0, (int)_error.Length).Trim()}", inner);
        }
    }
}
