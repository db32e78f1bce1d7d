using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;

namespace Aspire.Hosting.Dashboard;

/// <summary>An address to listen on and the environment variable it came from. Port 0 takes a free one.</summary>
internal sealed record ListenAddress(string Purpose, string Setting, IPAddress? Address, int Port)
{
    /// <summary>The host to show: a null <see cref="Address"/> is every loopback address, under the name that users know.</summary>
    public string Host => Address is null ? "localhost" : Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? $"[{Address}]" : Address.ToString();
}

/// <summary>The dashboard's settings, under the names that Aspire gives them. What is not set is chosen: a free port, a random secret.</summary>
internal sealed record DashboardOptions
{
    public const string FrontendSetting = "ASPNETCORE_URLS";
    public const string OtlpGrpcSetting = "ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL";
    public const string OtlpHttpSetting = "ASPIRE_DASHBOARD_OTLP_HTTP_ENDPOINT_URL";
    public const string ResourceServiceSetting = "ASPIRE_RESOURCE_SERVICE_ENDPOINT_URL";

    public required ListenAddress Frontend { get; init; }

    public required ListenAddress OtlpGrpc { get; init; }

    public required ListenAddress OtlpHttp { get; init; }

    /// <summary>Null: no resource service.</summary>
    public ListenAddress? ResourceService { get; init; }

    public required string BrowserToken { get; init; }

    public required string OtlpApiKey { get; init; }

    /// <summary>Null: callers need no key, which <c>AppHost:ResourceService:AuthMode=Unsecured</c> asks for.</summary>
    public string? ResourceServiceApiKey { get; init; }

    /// <exception cref="InvalidOperationException">One or more addresses cannot be used; each is named with its setting.</exception>
    public static DashboardOptions From(IConfiguration configuration)
    {
        var errors = new List<string>();
        var unsecured = string.Equals(configuration["AppHost:ResourceService:AuthMode"], "Unsecured", StringComparison.OrdinalIgnoreCase);
        var options = new DashboardOptions
        {
            Frontend = Parse("dashboard", FrontendSetting) ?? Free("dashboard", FrontendSetting),
            OtlpGrpc = Parse("OTLP receiver (gRPC)", OtlpGrpcSetting) ?? Free("OTLP receiver (gRPC)", OtlpGrpcSetting),
            OtlpHttp = Parse("OTLP receiver (HTTP)", OtlpHttpSetting) ?? Free("OTLP receiver (HTTP)", OtlpHttpSetting),
            ResourceService = Parse("resource service", ResourceServiceSetting),
            BrowserToken = First("DASHBOARD:FRONTEND:BROWSERTOKEN", "AppHost:BrowserToken"),
            OtlpApiKey = First("DASHBOARD:OTLP:PRIMARYAPIKEY", "AppHost:OtlpApiKey"),
            ResourceServiceApiKey = unsecured ? null : First("DASHBOARD:RESOURCESERVICECLIENT:APIKEY", "AppHost:ResourceService:ApiKey"),
        };
        return errors.Count == 0 ? options : throw new InvalidOperationException(string.Join(Environment.NewLine, errors));

        ListenAddress? Parse(string purpose, string setting)
        {
            var value = configuration[setting]?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();
            if (value is null)
            {
                return null;
            }

            if (!Uri.TryCreate(value, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp)
            {
                errors.Add($"{setting} is '{value}': the {purpose} listens on http only, for example http://localhost:{(uri?.Port > 0 ? uri.Port : 0)}.");
                return null;
            }

            if (uri.IsLoopback)
            {
                var address = uri.HostNameType == UriHostNameType.Dns ? null : IPAddress.Parse(uri.Host.Trim('[', ']'));
                return new ListenAddress(purpose, setting, uri.Port == 0 ? address ?? IPAddress.Loopback : address, uri.Port);
            }

            errors.Add($"{setting} is '{value}': the {purpose} listens on this machine only; use localhost.");
            return null;
        }

        static ListenAddress Free(string purpose, string setting) => new(purpose, setting, IPAddress.Loopback, 0);

        string First(params ReadOnlySpan<string> keys)
        {
            foreach (var key in keys)
            {
                if (configuration[key] is { Length: > 0 } value)
                {
                    return value;
                }
            }

            return RandomNumberGenerator.GetHexString(32, lowercase: true);
        }
    }
}
