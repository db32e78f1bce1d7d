using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Ingresses.Balancing;
using WasmLab.EmbeddedCluster.Ingresses.Routing;
using WasmLab.EmbeddedCluster.Ingresses.Telemetry;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>
/// Answers every request: (1) finds its location, (2) checks what the location limits, (3) tries it on the backend's endpoints in turn,
/// (4) answers itself where no pod did, (5) records what became of it.
/// </summary>
internal sealed class Forwarder(TimeProvider timeProvider, ILogger<Forwarder> logger, AccessLog? accessLog)
{
    private const string RequestIdHeader = "X-Request-ID";

    private RouteTable _table = RouteTable.Empty;

    /// <summary>Requests that have begun keep the table they began with.</summary>
    public RouteTable Table
    {
        get => Volatile.Read(ref _table);
        set => Volatile.Write(ref _table, value);
    }

    public async Task HandleAsync(HttpContext context)
    {
        var exchange = new Exchange(context, timeProvider.GetTimestamp());
        try
        {
            exchange.Outcome = await RouteAsync(exchange).ConfigureAwait(false);
        }
        catch (Exception exception) when (context.RequestAborted.IsCancellationRequested && exception is IOException or OperationCanceledException)
        {
            exchange.Outcome = ForwarderOutcome.ClientAborted;
        }
        catch (Exception exception)
        {
            Log.ForwardingBroke(logger, exception, context.Request.Method, exchange.Host, TargetOf(context));
            exchange.Outcome = ForwarderOutcome.RouteFailed;
        }

        // 4.
        await AnswerAsync(exchange).ConfigureAwait(false);

        // 5.
        Record(exchange);
    }

    private ValueTask<ForwarderOutcome> RouteAsync(Exchange exchange)
    {
        // 1.
        var context = exchange.Context;
        var request = context.Request;
        exchange.Host = request.Headers.Host.ToString();
        exchange.RequestId = RequestIdOf(request);
        var target = TargetOf(context);
        if (HttpMethods.IsConnect(request.Method) || HttpMethods.IsTrace(request.Method))
        {
            return ValueTask.FromResult(ForwarderOutcome.MethodNotAllowed);
        }

        if (target.Length > 0 && target[0] != '/' && Uri.TryCreate(target, UriKind.Absolute, out var absolute))
        {
            // A proxy's form of the request; its host goes before the header's, and Kestrel has seen to it that they agree.
            var authority = target.IndexOf("://", StringComparison.Ordinal) + 3;
            var path = target.IndexOfAny(['/', '?'], authority);
            exchange.Host = absolute.Authority;
            target = path < 0 ? "/" : target[path] == '?' ? "/" + target[path..] : target[path..];
        }

        if (!RequestPath.TryNormalize(target, out var normalized, out var query))
        {
            return ValueTask.FromResult(ForwarderOutcome.BadTarget);
        }

        RouteMatch? found;
        try
        {
            found = Table.Find(exchange.Host, normalized);
        }
        catch (RegexMatchTimeoutException exception)
        {
            exchange.Detail = exception.Message;
            return ValueTask.FromResult(ForwarderOutcome.RouteFailed);
        }

        if (found is not { } match)
        {
            return ValueTask.FromResult(ForwarderOutcome.NoRoute);
        }

        exchange.Location = match.Location;
        return CheckAsync(exchange, match, target, normalized, query);
    }

    private ValueTask<ForwarderOutcome> CheckAsync(Exchange exchange, in RouteMatch match, string target, string normalized, ReadOnlyMemory<char> query)
    {
        // 2.
        var location = match.Location;
        var response = exchange.Context.Response;
        if (location.Settings.Redirect is { } redirect)
        {
            return Redirect(redirect.StatusCode, redirect.Location);
        }

        if (location.Settings.AppRoot is { } root && normalized == "/")
        {
            return Redirect(StatusCodes.Status302Found, $"http://{exchange.Host}{root}");
        }

        if (match.RewrittenPath is { } rewritten && location.Rewrite!.IsRedirect)
        {
            return Redirect(StatusCodes.Status302Found, RequestPath.Escape(rewritten) + query.ToString());
        }

        if (location.Backend is null)
        {
            return ValueTask.FromResult(ForwarderOutcome.NoRoute);
        }

        if (match.RewrittenPath is { Length: 0 })
        {
            exchange.Detail = "the rewritten path is empty";
            return ValueTask.FromResult(ForwarderOutcome.RouteFailed);
        }

        var framing = BodyFraming.Of(exchange.Context);
        if (framing.Length > location.Settings.MaxBodySize)
        {
            return ValueTask.FromResult(ForwarderOutcome.RequestBodyTooLarge);
        }

        if (framing.IsChunked && exchange.Context.Request.Headers.ContainsKey("X-Content-Length"))
        {
            // Where Kestrel leaves the length of a request that is chunked too; the two may mean two different requests.
            return ValueTask.FromResult(ForwarderOutcome.AmbiguousLength);
        }

        // Where it writes the target anew, NGINX leaves out a question mark that nothing follows.
        var (path, rest) = match.RewrittenPath is null ? (target, default) : (RequestPath.Escape(match.RewrittenPath), query.Length == 1 ? default : query);
        return TryEndpointsAsync(exchange, location.Backend, new ForwardRequest(location, path, rest, framing));

        ValueTask<ForwarderOutcome> Redirect(int statusCode, string to)
        {
            response.StatusCode = statusCode;
            response.Headers.Location = to;
            return ValueTask.FromResult(ForwarderOutcome.Redirected);
        }
    }

    private async ValueTask<ForwarderOutcome> TryEndpointsAsync(Exchange exchange, Backend backend, ForwardRequest request)
    {
        // 3.
        List<BackendEndpoint>? tried = null;
        var outcome = ForwarderOutcome.NoEndpoints;
        while (backend.Next(tried) is { } endpoint)
        {
            outcome = await ForwardAttempt.RunAsync(exchange, backend, endpoint, request, timeProvider).ConfigureAwait(false);
            if (!outcome.MayBeRetried()
                || exchange.Attempts.Count >= request.Location.Settings.Tries
                || exchange.BodyTouched
                || (exchange.RequestSent && !ForwardAttempt.IsIdempotent(exchange.Context.Request.Method))
                || exchange.Context.RequestAborted.IsCancellationRequested)
            {
                return outcome;
            }

            (tried ??= []).Add(endpoint);
        }

        return outcome;
    }

    private static async ValueTask AnswerAsync(Exchange exchange)
    {
        var context = exchange.Context;
        var status = exchange.Outcome.StatusCode();
        exchange.StatusCode = status ?? context.Response.StatusCode;
        if (exchange.Outcome is ForwarderOutcome.ClientAborted or ForwarderOutcome.ResponseBodyBroken or ForwarderOutcome.ResponseBodyTimedOut
            || (status is not null && context.Response.HasStarted))
        {
            // Half an answer must not look like a whole one.
            context.Abort();
        }
        else if (status is { } code)
        {
            // The rest of a body that is refused is not worth reading.
            var closes = exchange.Outcome is ForwarderOutcome.RequestBodyTooLarge or ForwarderOutcome.RequestBodyInvalid
                or ForwarderOutcome.RequestBodyTimedOut or ForwarderOutcome.AmbiguousLength;
            exchange.BodyBytesSent = await ErrorPage.WriteAsync(context, code, closes).ConfigureAwait(false);
        }
    }

    private void Record(Exchange exchange)
    {
        IngressTelemetry.Complete(exchange, timeProvider);
        if (accessLog is not null && exchange.Location is not { Settings.AccessLog: false })
        {
            accessLog.Write(exchange);
        }

        if (exchange.Outcome.IsServerError() && logger.IsEnabled(LogLevel.Warning))
        {
            var upstream = exchange.Attempts is [.., var last] ? last.Endpoint.Address : exchange.Location?.Backend?.Name ?? "-";
            Log.ForwardingFailed(logger, exchange.Outcome.ToString(), exchange.Context.Request.Method, exchange.Host, TargetOf(exchange.Context), upstream, exchange.Detail);
        }
    }

    private static string TargetOf(HttpContext context) => context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

    private static string RequestIdOf(HttpRequest request)
    {
        if (request.Headers.TryGetValue(RequestIdHeader, out var values) && values.ToString() is { Length: > 0 } given && !HeaderRules.BreaksLine(given))
        {
            return given;
        }

        Span<byte> random = stackalloc byte[16];
        Random.Shared.NextBytes(random);
        return Convert.ToHexStringLower(random);
    }
}
