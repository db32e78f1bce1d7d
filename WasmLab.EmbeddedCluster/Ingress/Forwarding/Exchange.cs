using Microsoft.AspNetCore.Http;
using WasmLab.EmbeddedCluster.Ingresses.Balancing;
using WasmLab.EmbeddedCluster.Ingresses.Routing;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>One request on its way through the ingress, and what is known of it in the end.</summary>
internal sealed class Exchange(HttpContext context, long started)
{
    public HttpContext Context { get; } = context;

    public long Started { get; } = started;

    public string Host { get; set; } = "";

    public string RequestId { get; set; } = "";

    public Location? Location { get; set; }

    public ForwarderOutcome Outcome { get; set; }

    /// <summary>What more is known of a failure, for the log.</summary>
    public string? Detail { get; set; }

    public int StatusCode { get; set; }

    public long BodyBytesSent { get; set; }

    public long BodyBytesReceived { get; set; }

    /// <summary>Every endpoint that the request was tried on, in order.</summary>
    public List<Attempt> Attempts { get; } = new(1);

    /// <summary>Some of the client's body has been taken, so the request cannot be given to another endpoint.</summary>
    public bool BodyTouched { get; set; }

    /// <summary>A pod may have seen the request.</summary>
    public bool RequestSent { get; set; }

    /// <summary>The client has seen the beginning of an answer.</summary>
    public bool ResponseStarted => Context.Response.HasStarted;
}

/// <summary>One try of a request on one endpoint.</summary>
internal sealed class Attempt(BackendEndpoint endpoint, long started)
{
    public BackendEndpoint Endpoint { get; } = endpoint;

    public long Started { get; } = started;

    public long Ended { get; set; }

    /// <summary>What the pod answered, or what the ingress would answer for its failure.</summary>
    public int StatusCode { get; set; }

    public long BodyBytes { get; set; }
}
