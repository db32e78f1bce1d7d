using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using WasmLab.EmbeddedCluster.Ingresses.Balancing;
using WasmLab.EmbeddedCluster.Ingresses.Routing;
using WasmLab.EmbeddedCluster.Ingresses.Telemetry;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>
/// What is forwarded. The path is escaped as the pod gets it: the client's target, query and all, or the rewritten path with the query beside it.
/// </summary>
internal readonly record struct ForwardRequest(Location Location, string Path, ReadOnlyMemory<char> Query, BodyFraming Framing);

/// <summary>
/// One try on one endpoint: (1) takes or opens a connection, (2) sends the head and starts on the body, (3) reads the head of the answer,
/// (4) passes the answer on, (5) gives the connection back when it can carry another request.
/// </summary>
internal static class ForwardAttempt
{
    public static async ValueTask<ForwarderOutcome> RunAsync(
        Exchange exchange, Backend backend, BackendEndpoint endpoint, ForwardRequest request, TimeProvider timeProvider)
    {
        var attempt = new Attempt(endpoint, timeProvider.GetTimestamp());
        exchange.Attempts.Add(attempt);
        var activity = IngressTelemetry.StartAttempt(exchange, request.Location, backend, endpoint);
        var outcome = ForwarderOutcome.ClientAborted;
        try
        {
            outcome = await ConnectAsync(exchange, endpoint.Pool, request, attempt, activity).ConfigureAwait(false);
            return outcome;
        }
        finally
        {
            attempt.Ended = timeProvider.GetTimestamp();
            attempt.StatusCode = outcome.StatusCode() ?? attempt.StatusCode;
            IngressTelemetry.StopAttempt(activity, exchange, attempt, outcome);
        }
    }

    public static bool IsIdempotent(string method) =>
        HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method) || HttpMethods.IsPut(method) || HttpMethods.IsDelete(method);

    private static async ValueTask<ForwarderOutcome> ConnectAsync(
        Exchange exchange, UpstreamPool pool, ForwardRequest request, Attempt attempt, Activity? activity)
    {
        // 1.
        var repeatable = IsIdempotent(exchange.Context.Request.Method) && !request.Framing.HasBody;
        if (pool.TakeIdle(mustBeAlive: !repeatable) is { } idle)
        {
            var outcome = await ExchangeAsync(exchange, idle, request, attempt, activity).ConfigureAwait(false);
            if (outcome != ForwarderOutcome.UpstreamClosed || !repeatable)
            {
                return outcome;
            }

            // The pod closed an idle connection just as it was taken: no fault of either, and no try.
        }

        UpstreamConnection connection;
        try
        {
            connection = await pool.OpenAsync(request.Location.Settings.ConnectTimeout, exchange.Context.RequestAborted).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            exchange.Detail = $"cannot connect: {exception.Message}";
            return ForwarderOutcome.ConnectFailed;
        }
        catch (OperationCanceledException)
        {
            exchange.Detail = "cannot connect in time";
            return exchange.Context.RequestAborted.IsCancellationRequested ? ForwarderOutcome.ClientAborted : ForwarderOutcome.ConnectTimedOut;
        }

        return await ExchangeAsync(exchange, connection, request, attempt, activity).ConfigureAwait(false);
    }

    private static async ValueTask<ForwarderOutcome> ExchangeAsync(
        Exchange exchange, UpstreamConnection connection, ForwardRequest request, Attempt attempt, Activity? activity)
    {
        var context = exchange.Context;
        var upgrade = request.Framing.HasBody ? null : UpgradeOf(context);
        RequestBodyPump? pump = null;
        var registration = context.RequestAborted.UnsafeRegister(
            static state => ((UpstreamConnection)state!).Abort(ConnectionAbort.ClientAborted), connection);
        var outcome = ForwarderOutcome.ResponseInvalid;
        var reusable = false;
        try
        {
            // 2.
            if (!RequestHeadWriter.TryWrite(connection.Head, context, HeadOf(exchange, request, upgrade, activity)))
            {
                return outcome = ForwarderOutcome.BadTarget;
            }

            connection.Arm(request.Location.Settings.SendTimeout);
            exchange.RequestSent = true;
            await connection.SendAllAsync(connection.Head.Written).ConfigureAwait(false);
            if (request.Framing.HasBody)
            {
                pump = new RequestBodyPump(exchange, connection, request.Framing, request.Location.Settings);
                pump.Start();
            }

            // 3.
            var head = new ResponseHead();
            if (!await ReadHeadAsync(connection, head, pump, request.Location, upgrade is not null).ConfigureAwait(false))
            {
                exchange.Detail = head.Error is null ? "the pod closed the connection before it answered" : $"the pod's answer is invalid: {head.Error}";
                return outcome = head.Error is null ? ForwarderOutcome.UpstreamClosed : ForwarderOutcome.ResponseInvalid;
            }

            // 4.
            attempt.StatusCode = head.StatusCode;
            (outcome, reusable) = await RelayAsync(exchange, connection, head, pump, request, upgrade).ConfigureAwait(false);
            return outcome;
        }
        catch (InvalidDataException exception)
        {
            exchange.Detail = $"the pod's answer is invalid: {exception.Message}";
            return outcome = attempt.StatusCode == 0 || !exchange.ResponseStarted ? ForwarderOutcome.ResponseInvalid : ForwarderOutcome.ResponseBodyBroken;
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or EndOfStreamException or OperationCanceledException)
        {
            return outcome = Judge(exchange, connection, pump, exception, headSeen: attempt.StatusCode != 0);
        }
        finally
        {
            if (pump is not null)
            {
                await pump.StopAsync().ConfigureAwait(false);
            }

            // 5. After Dispose no abort of the client can reach a connection that the next request uses.
            await registration.DisposeAsync().ConfigureAwait(false);
            Release(connection, reusable && pump is not { IsDone: false });
        }
    }

    private static async ValueTask<(ForwarderOutcome Outcome, bool Reusable)> RelayAsync(
        Exchange exchange, UpstreamConnection connection, ResponseHead head, RequestBodyPump? pump, ForwardRequest request, string? upgrade)
    {
        var relay = new ResponseRelay(exchange, connection, head, pump, request.Location.Settings);
        relay.WriteHead();
        if (head.StatusCode == StatusCodes.Status101SwitchingProtocols)
        {
            exchange.Context.Response.Headers.Upgrade = upgrade;
            await UpgradeTunnel.RunAsync(exchange, connection, exchange.Context.Features.GetRequiredFeature<IHttpUpgradeFeature>(), request.Location.Settings).ConfigureAwait(false);
            return (ForwarderOutcome.Tunnelled, false);
        }

        if (!await relay.CopyBodyAsync().ConfigureAwait(false))
        {
            return (ForwarderOutcome.ClientAborted, false);
        }

        var framed = head.IsChunked || head.ContentLength is not null || !head.HasBody(exchange.Context.Request.Method);
        return (ForwarderOutcome.Forwarded, framed && head.KeepsAlive);
    }

    /// <returns>False when the pod closed the connection or answered nonsense.</returns>
    private static async ValueTask<bool> ReadHeadAsync(UpstreamConnection connection, ResponseHead head, RequestBodyPump? pump, Location location, bool mayUpgrade)
    {
        while (true)
        {
            if (pump is not { IsRunning: true })
            {
                connection.Arm(location.Settings.ReadTimeout);
            }

            if (await connection.ReceiveAsync().ConfigureAwait(false) == 0)
            {
                return false;
            }

            while (true)
            {
                var result = head.Parse(connection.Unread.Span, out var consumed);
                if (result == ParseResult.Incomplete)
                {
                    break;
                }

                if (result == ParseResult.Invalid)
                {
                    return false;
                }

                connection.Consume(consumed);
                if (head.StatusCode >= 200 || (head.StatusCode == StatusCodes.Status101SwitchingProtocols && mayUpgrade))
                {
                    return true;
                }

                if (head.StatusCode == StatusCodes.Status101SwitchingProtocols)
                {
                    throw new InvalidDataException("it changes the protocol unasked");
                }

                // Any other 1xx announces the answer; Kestrel sends its own 100.
            }
        }
    }

    private static ForwarderOutcome Judge(Exchange exchange, UpstreamConnection connection, RequestBodyPump? pump, Exception exception, bool headSeen)
    {
        switch (connection.AbortReason)
        {
            case ConnectionAbort.ClientAborted:
                return ForwarderOutcome.ClientAborted;
            case ConnectionAbort.RequestBodyFailed:
                return pump!.Failure!.Value;
            case ConnectionAbort.TimedOut when pump is { WaitsForClient: true }:
                exchange.Detail = "the client stopped sending its body";
                return ForwarderOutcome.RequestBodyTimedOut;
            case ConnectionAbort.TimedOut:
                exchange.Detail = headSeen ? "the pod paused too long in its answer" : "the pod did not answer in time";
                return headSeen ? ForwarderOutcome.ResponseBodyTimedOut : ForwarderOutcome.ResponseTimedOut;
            default:
                exchange.Detail = exception.Message;
                return headSeen ? ForwarderOutcome.ResponseBodyBroken : ForwarderOutcome.UpstreamClosed;
        }
    }

    private static void Release(UpstreamConnection connection, bool reusable)
    {
        if (!reusable)
        {
            connection.Abort(ConnectionAbort.Stopped);
        }

        connection.Pool.Return(connection);
    }

    private static RequestHead HeadOf(Exchange exchange, in ForwardRequest request, string? upgrade, Activity? activity) => new()
    {
        Path = request.Path,
        Query = request.Query,
        Host = exchange.Host.Length == 0 ? RouteTable.CatchAll : exchange.Host,
        UpstreamHost = request.Location.Settings.UpstreamHost,
        RequestId = exchange.RequestId,
        ForwardedPrefix = request.Location.Settings.ForwardedPrefix,
        Body = request.Framing,
        Upgrade = upgrade,
        TraceParent = activity is { IdFormat: ActivityIdFormat.W3C } ? activity.Id : null,
        TraceState = activity?.TraceStateString,
    };

    /// <summary>The protocol that the client asks to change to. Never <c>h2c</c>: a pod must not speak past the ingress' rules.</summary>
    private static string? UpgradeOf(HttpContext context)
    {
        var headers = context.Request.Headers;
        if (headers.Upgrade.Count == 0
            || !headers.Connection.ToString().Contains("upgrade", StringComparison.OrdinalIgnoreCase)
            || context.Features.Get<IHttpUpgradeFeature>() is not { IsUpgradableRequest: true })
        {
            return null;
        }

        var protocol = headers.Upgrade.ToString();
        return protocol.Contains("h2c", StringComparison.OrdinalIgnoreCase) ? null : protocol;
    }
}
