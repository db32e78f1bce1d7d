using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace WasmLab.EmbeddedCluster.Ingresses.Server;

/// <summary>
/// Lets HTTP/2 with prior knowledge share the port of HTTP/1.1. Without TLS an endpoint of Kestrel speaks one of the two, so a connection that
/// begins with HTTP/2's preface is handed to a second endpoint, which accepts such connections instead of sockets.
/// </summary>
internal sealed class Http2Handover : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    private static readonly TimeSpan FirstBytesTimeout = TimeSpan.FromSeconds(60);

    private readonly Channel<ConnectionContext> _connections = Channel.CreateUnbounded<ConnectionContext>();

    public static EndPoint EndPoint { get; } = new HandoverEndPoint();

    EndPoint IConnectionListener.EndPoint => EndPoint;

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    /// <summary>Serves a connection with the protocol that its first bytes are of.</summary>
    public async Task DispatchAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        bool? isHttp2;
        try
        {
            isHttp2 = await BeginsWithPrefaceAsync(connection.Transport.Input, connection.ConnectionClosed).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // Gone, or silent for too long, before a request.
            return;
        }

        if (isHttp2 is null)
        {
            return;
        }

        if (isHttp2 == false)
        {
            await next(connection).ConfigureAwait(false);
            return;
        }

        var handedOver = new HandedOverConnection(connection);
        if (_connections.Writer.TryWrite(handedOver))
        {
            await handedOver.Completion.ConfigureAwait(false);
        }
    }

    public bool CanBind(EndPoint endpoint) => endpoint is HandoverEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _connections.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false) && _connections.Reader.TryRead(out var connection) ? connection : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _connections.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    /// <returns>Null when the client closed without a byte.</returns>
    private static async ValueTask<bool?> BeginsWithPrefaceAsync(PipeReader input, CancellationToken closed)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(closed);
        timeout.CancelAfter(FirstBytesTimeout);
        while (true)
        {
            var result = await input.ReadAsync(timeout.Token).ConfigureAwait(false);
            var buffer = result.Buffer;
            var length = (int)Math.Min(buffer.Length, Preface.Length);
            var matches = Matches(buffer.Slice(0, length));
            if (!matches || length == Preface.Length || result.IsCompleted)
            {
                input.AdvanceTo(buffer.Start);
                return buffer.IsEmpty ? null : matches && length == Preface.Length;
            }

            input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    private static bool Matches(ReadOnlySequence<byte> bytes)
    {
        Span<byte> copy = stackalloc byte[Preface.Length];
        bytes.CopyTo(copy);
        return copy[..(int)bytes.Length].SequenceEqual(Preface[..(int)bytes.Length]);
    }

    private sealed class HandoverEndPoint : EndPoint
    {
        public override string ToString() => "http2-with-prior-knowledge";
    }

    private sealed class HandedOverConnection(ConnectionContext inner) : ConnectionContext
    {
        private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Completion => _completed.Task;

        // Kestrel sets features of its own on each connection; the first endpoint's must stay as they are.
        public override IFeatureCollection Features { get; } = new FeatureCollection(inner.Features);

        public override string ConnectionId { get => inner.ConnectionId; set => inner.ConnectionId = value; }

        public override IDictionary<object, object?> Items { get => inner.Items; set => inner.Items = value; }

        public override IDuplexPipe Transport { get => inner.Transport; set => inner.Transport = value; }

        public override CancellationToken ConnectionClosed { get => inner.ConnectionClosed; set => inner.ConnectionClosed = value; }

        public override EndPoint? LocalEndPoint { get => inner.LocalEndPoint; set => inner.LocalEndPoint = value; }

        public override EndPoint? RemoteEndPoint { get => inner.RemoteEndPoint; set => inner.RemoteEndPoint = value; }

        public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

        public override ValueTask DisposeAsync()
        {
            _completed.TrySetResult();
            return base.DisposeAsync();
        }
    }
}
