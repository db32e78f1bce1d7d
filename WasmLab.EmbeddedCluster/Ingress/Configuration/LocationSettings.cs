namespace WasmLab.EmbeddedCluster.Ingresses.Configuration;

/// <summary>What annotations set for a location; the defaults are those of ingress-nginx.</summary>
internal sealed record LocationSettings
{
    public static LocationSettings Default { get; } = new();

    /// <summary>Largest request body in bytes; null is no limit.</summary>
    public long? MaxBodySize { get; init; } = 1024 * 1024;

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest time between two reads from the pod.</summary>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest time between two writes to the pod.</summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Pods that one request is tried on, at most.</summary>
    public int Tries { get; init; } = 3;

    /// <summary>Host sent to the pod; null is the client's.</summary>
    public string? UpstreamHost { get; init; }

    /// <summary>Value of <c>X-Forwarded-Prefix</c>; null sends none.</summary>
    public string? ForwardedPrefix { get; init; }

    /// <summary>Where requests for <c>/</c> are redirected to; null does not.</summary>
    public string? AppRoot { get; init; }

    /// <summary>Answer every request with this redirect; null proxies.</summary>
    public Redirect? Redirect { get; init; }

    public bool AccessLog { get; init; } = true;
}

/// <summary>A redirect that an annotation asks for.</summary>
internal sealed record Redirect(int StatusCode, string Location);
