using System.Globalization;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using WasmLab.EmbeddedCluster.Ingresses.Configuration;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>Passes the client's body on as it comes, while the answer may already be on its way back.</summary>
internal sealed class RequestBodyPump(Exchange exchange, UpstreamConnection connection, BodyFraming framing, LocationSettings settings)
{
    private static readonly TimeSpan ClientTimeout = TimeSpan.FromSeconds(60);

    private readonly PipeReader _reader = exchange.Context.Request.BodyReader;
    private volatile bool _waitsForClient;
    private volatile bool _stopped;

    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>Why the body did not arrive whole at the pod through the client's fault; null when it is not to blame.</summary>
    public ForwarderOutcome? Failure { get; private set; }

    /// <summary>The deadline that is running is the client's.</summary>
    public bool WaitsForClient => _waitsForClient;

    public bool IsRunning => !Completion.IsCompleted;

    /// <summary>The whole body has gone to the pod.</summary>
    public bool IsDone { get; private set; }

    public void Start() => Completion = RunAsync();

    /// <summary>The answer is complete before the body is: nobody wants the rest.</summary>
    public async ValueTask StopAsync()
    {
        if (IsRunning)
        {
            _stopped = true;
            _reader.CancelPendingRead();
            connection.Abort(ConnectionAbort.Stopped);
        }

        await Completion.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        try
        {
            await CopyAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The pod does not take more. It may have said why; whoever reads its answer finds out.
        }
        catch (BadHttpRequestException exception)
        {
            exchange.Detail = exception.Message;
            Fail(exception.StatusCode == StatusCodes.Status408RequestTimeout ? ForwarderOutcome.RequestBodyTimedOut : ForwarderOutcome.RequestBodyInvalid);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            Fail(ForwarderOutcome.ClientAborted);
        }
    }

    private async Task CopyAsync()
    {
        while (!_stopped)
        {
            var pending = _reader.ReadAsync();
            if (!pending.IsCompleted)
            {
                _waitsForClient = true;
                connection.Arm(ClientTimeout);
            }

            var result = await pending.ConfigureAwait(false);
            _waitsForClient = false;
            exchange.BodyTouched = true;
            var buffer = result.Buffer;
            exchange.BodyBytesReceived += buffer.Length;
            if (exchange.BodyBytesReceived > settings.MaxBodySize)
            {
                _reader.AdvanceTo(buffer.Start);
                Fail(ForwarderOutcome.RequestBodyTooLarge);
                return;
            }

            connection.Arm(settings.SendTimeout);
            foreach (var segment in buffer)
            {
                await SendAsync(segment).ConfigureAwait(false);
            }

            _reader.AdvanceTo(buffer.End);
            if (result.IsCompleted)
            {
                await FinishAsync().ConfigureAwait(false);
                return;
            }
        }
    }

    private ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty || !framing.IsChunked)
        {
            return connection.SendAllAsync(bytes);
        }

        // The head has been sent, so its buffer is free.
        var chunk = connection.Head;
        chunk.Clear();
        chunk.Append(bytes.Length.ToString("x", CultureInfo.InvariantCulture));
        chunk.Append("\r\n"u8);
        chunk.Append(bytes.Span);
        chunk.Append("\r\n"u8);
        return connection.SendAllAsync(chunk.Written);
    }

    private async ValueTask FinishAsync()
    {
        if (framing.IsChunked)
        {
            var end = connection.Head;
            end.Clear();
            end.Append("0\r\n"u8);
            if (exchange.Context.Features.Get<IHttpRequestTrailersFeature>() is { Available: true } feature)
            {
                foreach (var (name, values) in feature.Trailers)
                {
                    if (HeaderRules.GoesToPod(name) && HeaderRules.MayBeTrailer(name))
                    {
                        RequestHeadWriter.TryAppendField(end, name, values);
                    }
                }
            }

            end.Append("\r\n"u8);
            await connection.SendAllAsync(end.Written).ConfigureAwait(false);
        }

        connection.Arm(settings.ReadTimeout);
        IsDone = true;
    }

    private void Fail(ForwarderOutcome outcome)
    {
        Failure = outcome;
        // Half a body must not pass for a whole one.
        connection.Abort(ConnectionAbort.RequestBodyFailed);
    }
}
