using System.IO.Pipelines;

namespace WasmLab.EmbeddedCluster.Api.Http;

/// <summary>The server's side of a response body: its first flush sends the headers.</summary>
internal sealed class ResponseWriter(PipeWriter inner, Action begin) : PipeWriter
{
    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => inner.UnflushedBytes;

    public override void Advance(int bytes) => inner.Advance(bytes);

    public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

    public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        begin();
        return inner.FlushAsync(cancellationToken);
    }

    public override void CancelPendingFlush() => inner.CancelPendingFlush();

    public override void Complete(Exception? exception = null)
    {
        // The exchange completes the pipe when the request is over.
    }
}

/// <summary>The client's side of a response body: disposing of it before its end aborts the request, as closing a connection does.</summary>
internal sealed class ResponseBody(PipeReader reader, Action abort) : Stream
{
    private readonly Stream _stream = reader.AsStream(leaveOpen: true);
    private bool _ended;
    private bool _disposed;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = _stream.Read(buffer, offset, count);
        _ended |= read == 0 && count > 0;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await _stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        _ended |= read == 0 && buffer.Length > 0;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            if (!_ended)
            {
                abort();
            }

            reader.Complete();
        }

        base.Dispose(disposing);
    }
}
