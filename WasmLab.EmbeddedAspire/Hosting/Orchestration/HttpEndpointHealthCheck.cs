using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Orchestration;

/// <summary>Healthy when an endpoint answers a GET with the expected status.</summary>
internal sealed class HttpEndpointHealthCheck(Func<EndpointReference> endpointSelector, string path, int expectedStatus) : IHealthCheck
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(5);

    private static readonly HttpClient s_http = new(new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = s_timeout, PooledConnectionLifetime = TimeSpan.FromMinutes(1) })
    {
        Timeout = s_timeout,
    };

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var endpoint = endpointSelector();
        if (!endpoint.IsAllocated)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"The endpoint '{endpoint.EndpointName}' of '{endpoint.Resource.Name}' has no address yet.");
        }

        var address = new Uri(new Uri(endpoint.Url), path);
        try
        {
            using var response = await s_http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
            return (int)response.StatusCode == expectedStatus
                ? HealthCheckResult.Healthy($"GET {address} answered {expectedStatus}.")
                : new HealthCheckResult(context.Registration.FailureStatus, $"GET {address} answered {(int)response.StatusCode} instead of {expectedStatus}.");
        }
        catch (Exception exception) when (exception is HttpRequestException || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"GET {address} was not answered: {exception.Message}", exception);
        }
    }
}
