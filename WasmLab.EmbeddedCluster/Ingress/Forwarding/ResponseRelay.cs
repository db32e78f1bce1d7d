using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using WasmLab.EmbeddedCluster.Ingresses.Configuration;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>Passes a pod's answer on as it comes.</summary>
internal sealed class ResponseRelay(Exchange exchange, UpstreamConnection connection, ResponseHead head, RequestBodyPump? pump, LocationSettings settings)
{
    private readonly HttpResponse _response = exchange.Context.Response;

    public void WriteHead()
    {
        _response.StatusCode = head.StatusCode;
        if (head.Reason.Length > 0 && HttpProtocol.IsHttp11(exchange.Context.Request.Protocol))
        {
            exchange.Context.Features.GetRequiredFeature<IHttpResponseFeature>().ReasonPhrase = head.Reason;
        }

        var headers = _response.Headers;
        foreach (var (name, value) in head.Fields)
        {
            if (!HeaderRules.GoesToClient(name))
            {
                continue;
            }

            if (headers.TryGetValue(name, out var earlier))
            {
                headers[name] = Microsoft.Extensions.Primitives.StringValues.Concat(earlier, value);
            }
            else
            {
                headers[name] = value;
            }
        }

        if (head.ContentLength is { } length && head.StatusCode != StatusCodes.Status204NoContent)
        {
            _response.ContentLength = length;
        }
    }

    /// <returns>False when the client is gone.</returns>
    /// <exception cref="EndOfStreamException">The pod broke off.</exception>
    /// <exception cref="InvalidDataException">The pod's framing is wrong.</exception>
    /// <exception cref="System.Net.Sockets.SocketException">The pod broke off, or the connection was aborted from this side.</exception>
    public ValueTask<bool> CopyBodyAsync() =>
        !head.HasBody(exchange.Context.Request.Method) ? ValueTask.FromResult(true)
        : head.IsChunked ? CopyChunksAsync()
        : head.ContentLength is { } length ? CopyLengthAsync(length)
        : CopyToEndAsync();

    private async ValueTask<bool> CopyLengthAsync(long remaining)
    {
        while (remaining > 0)
        {
            var available = connection.Unread;
            if (available.IsEmpty)
            {
                if (!_response.HasStarted)
                {
                    await _response.StartAsync().ConfigureAwait(false);
                    await _response.BodyWriter.FlushAsync().ConfigureAwait(false);
                }

                await ReceiveAsync().ConfigureAwait(false);
                continue;
            }

            var part = available.Length > remaining ? available[..(int)remaining] : available;
            if (!await WriteAsync(part).ConfigureAwait(false))
            {
                return false;
            }

            connection.Consume(part.Length);
            remaining -= part.Length;
        }

        return true;
    }

    private async ValueTask<bool> CopyToEndAsync()
    {
        await _response.StartAsync().ConfigureAwait(false);
        while (true)
        {
            var available = connection.Unread;
            if (!available.IsEmpty)
            {
                if (!await WriteAsync(available).ConfigureAwait(false))
                {
                    return false;
                }

                connection.Consume(available.Length);
            }

            if (!await TryReceiveAsync().ConfigureAwait(false))
            {
                return true;
            }
        }
    }

    private async ValueTask<bool> CopyChunksAsync()
    {
        var output = _response.BodyWriter;
        var decoder = new ChunkDecoder();
        await _response.StartAsync().ConfigureAwait(false);
        while (true)
        {
            while (decoder.TryRead(connection.Unread, out var data, out var consumed))
            {
                if (!data.IsEmpty)
                {
                    output.Write(data.Span);
                    Count(data.Length);
                }

                connection.Consume(consumed);
            }

            if (decoder.IsComplete)
            {
                AppendTrailers(decoder.Trailers);
                return true;
            }

            connection.Disarm();
            if ((await output.FlushAsync().ConfigureAwait(false)).IsCompleted)
            {
                return false;
            }

            await ReceiveAsync().ConfigureAwait(false);
        }
    }

    // Kestrel has trailers for HTTP/2 only; to an HTTP/1.1 client they are lost, as they are in NGINX.
    private void AppendTrailers(IReadOnlyList<(string Name, string Value)> trailers)
    {
        if (trailers.Count == 0 || !_response.SupportsTrailers())
        {
            return;
        }

        foreach (var (name, value) in trailers)
        {
            if (HeaderRules.GoesToClient(name) && HeaderRules.MayBeTrailer(name))
            {
                _response.AppendTrailer(name, value);
            }
        }
    }

    private async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        Count(bytes.Length);
        var pending = _response.BodyWriter.WriteAsync(bytes);
        if (!pending.IsCompleted)
        {
            // A client that reads slowly is not the pod's fault.
            connection.Disarm();
        }

        return !(await pending.ConfigureAwait(false)).IsCompleted;
    }

    private void Count(int bytes)
    {
        exchange.BodyBytesSent += bytes;
        exchange.Attempts[^1].BodyBytes += bytes;
    }

    private async ValueTask ReceiveAsync()
    {
        if (!await TryReceiveAsync().ConfigureAwait(false))
        {
            throw new EndOfStreamException("the pod closed the connection before the end of its answer");
        }
    }

    private async ValueTask<bool> TryReceiveAsync()
    {
        if (pump is not { IsRunning: true })
        {
            connection.Arm(settings.ReadTimeout);
        }

        return await connection.ReceiveAsync().ConfigureAwait(false) > 0;
    }
}
