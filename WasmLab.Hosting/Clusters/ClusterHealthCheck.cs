using Microsoft.Extensions.Diagnostics.HealthChecks;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.Clusters;

/// <summary>Healthy when the API server of a kubeconfig context says that it is ready.</summary>
internal sealed class ClusterHealthCheck(ClusterConnections connections, Func<string?> context) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext healthCheckContext, CancellationToken cancellationToken = default)
    {
        if (context() is not { } name || connections.Find(name) is not { } client)
        {
            return HealthCheckResult.Unhealthy("The API server has not been reached yet.");
        }

        try
        {
            var answer = await client.GetReadyzAsync(cancellationToken).ConfigureAwait(false);
            return HealthCheckResult.Healthy($"{client.Server} answers /readyz: {answer.Trim()}");
        }
        catch (Exception exception) when (exception is HttpRequestException or KubernetesException or IOException)
        {
            return HealthCheckResult.Unhealthy($"{client.Server} does not answer /readyz: {exception.Message}", exception);
        }
    }
}
