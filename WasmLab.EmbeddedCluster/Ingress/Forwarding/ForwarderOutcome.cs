using Microsoft.AspNetCore.Http;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>What became of a request: who failed, and when.</summary>
internal enum ForwarderOutcome
{
    /// <summary>The pod's answer was passed on whole.</summary>
    Forwarded,

    /// <summary>The connection became a tunnel (WebSocket) and has ended.</summary>
    Tunnelled,

    /// <summary>An annotation answers with a redirect.</summary>
    Redirected,

    /// <summary>No ingress takes the host and path.</summary>
    NoRoute,

    /// <summary>The client's target is not a path that can be understood.</summary>
    BadTarget,

    /// <summary>The client's method is one that a proxy does not pass on.</summary>
    MethodNotAllowed,

    /// <summary>The client announced two lengths for one body.</summary>
    AmbiguousLength,

    /// <summary>The client's body is longer than <c>proxy-body-size</c>.</summary>
    RequestBodyTooLarge,

    /// <summary>The client's body is malformed.</summary>
    RequestBodyInvalid,

    /// <summary>The client stopped sending its body.</summary>
    RequestBodyTimedOut,

    /// <summary>A pattern took too long on this path, or the rewritten path is empty.</summary>
    RouteFailed,

    /// <summary>The service has no ready endpoint.</summary>
    NoEndpoints,

    /// <summary>No endpoint accepted a connection.</summary>
    ConnectFailed,

    /// <summary>No endpoint accepted a connection in time.</summary>
    ConnectTimedOut,

    /// <summary>The pod closed the connection before it answered.</summary>
    UpstreamClosed,

    /// <summary>The pod did not answer in time.</summary>
    ResponseTimedOut,

    /// <summary>The pod's answer is not HTTP, or larger than a header may be.</summary>
    ResponseInvalid,

    /// <summary>The pod broke off in the middle of its answer.</summary>
    ResponseBodyBroken,

    /// <summary>The pod paused too long in the middle of its answer.</summary>
    ResponseBodyTimedOut,

    /// <summary>The client went away.</summary>
    ClientAborted,
}

internal static class ForwarderOutcomes
{
    /// <summary>The status that the ingress itself answers with; null when the answer is the pod's or has already begun.</summary>
    public static int? StatusCode(this ForwarderOutcome outcome) => outcome switch
    {
        ForwarderOutcome.NoRoute => StatusCodes.Status404NotFound,
        ForwarderOutcome.BadTarget or ForwarderOutcome.RequestBodyInvalid or ForwarderOutcome.AmbiguousLength => StatusCodes.Status400BadRequest,
        ForwarderOutcome.MethodNotAllowed => StatusCodes.Status405MethodNotAllowed,
        ForwarderOutcome.RequestBodyTimedOut => StatusCodes.Status408RequestTimeout,
        ForwarderOutcome.RequestBodyTooLarge => StatusCodes.Status413PayloadTooLarge,
        ForwarderOutcome.ClientAborted => StatusCodes.Status499ClientClosedRequest,
        ForwarderOutcome.RouteFailed => StatusCodes.Status500InternalServerError,
        ForwarderOutcome.ConnectFailed or ForwarderOutcome.UpstreamClosed or ForwarderOutcome.ResponseInvalid => StatusCodes.Status502BadGateway,
        ForwarderOutcome.NoEndpoints => StatusCodes.Status503ServiceUnavailable,
        ForwarderOutcome.ConnectTimedOut or ForwarderOutcome.ResponseTimedOut => StatusCodes.Status504GatewayTimeout,
        _ => null,
    };

    /// <summary>Whether the request may be given to another endpoint, as <c>proxy_next_upstream error timeout</c> has it.</summary>
    public static bool MayBeRetried(this ForwarderOutcome outcome) => outcome is
        ForwarderOutcome.ConnectFailed or ForwarderOutcome.ConnectTimedOut or ForwarderOutcome.UpstreamClosed or ForwarderOutcome.ResponseTimedOut;

    /// <summary>Whether the fault lies with the pod or the cluster, so that traces and logs show an error.</summary>
    public static bool IsServerError(this ForwarderOutcome outcome) =>
        outcome is ForwarderOutcome.ResponseBodyBroken or ForwarderOutcome.ResponseBodyTimedOut || outcome.StatusCode() >= 500;
}
