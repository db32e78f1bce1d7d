using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WasmLab.Hosting.Ingresses;

/// <summary>Healthy when the controller answers HTTP; which status it answers is the routes' business.</summary>
internal sealed class IngressHealthCheck(Func<Uri?> address, HttpMessageInvoker http) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (address() is not { } uri)
        {
            return HealthCheckResult.Unhealthy("The ingress controller has not been reached yet.");
        }

        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri);
            Unsampled.Mark(request);
            using var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy($"{uri} answers with status {(int)response.StatusCode}.");
        }
        catch (HttpRequestException exception)
        {
            return HealthCheckResult.Unhealthy($"{uri} does not answer: {exception.Message}", exception);
        }
    }
}
