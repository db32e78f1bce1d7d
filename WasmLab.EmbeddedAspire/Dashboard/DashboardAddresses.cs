namespace Aspire.Hosting.Dashboard;

/// <summary>Where the dashboard's servers listen. Null until the dashboard has started them.</summary>
internal sealed class DashboardAddresses
{
    public string? FrontendUrl { get; set; }

    /// <summary>The frontend with the token that logs a browser in.</summary>
    public string? LoginUrl { get; set; }

    public string? OtlpGrpcUrl { get; set; }

    public string? OtlpHttpUrl { get; set; }

    /// <summary>What senders of telemetry put into the header <c>x-otlp-api-key</c>.</summary>
    public string? OtlpApiKey { get; set; }

    /// <summary>Null too when the resource service has no address configured: nobody could know where it is.</summary>
    public string? ResourceServiceUrl { get; set; }
}
