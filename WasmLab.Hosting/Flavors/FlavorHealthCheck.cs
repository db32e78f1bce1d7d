using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WasmLab.Hosting.Flavors;

/// <summary>Healthy when the ingress brings the flavor's right answer.</summary>
internal sealed class FlavorHealthCheck(FlavorProbe probe, Func<Uri?> ingress, string flavor) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (ingress() is not { } address)
        {
            return HealthCheckResult.Unhealthy("The ingress controller has not been reached yet.");
        }

        var wrong = await probe.AskAsync(address, flavor, cancellationToken).ConfigureAwait(false);
        return wrong is null
            ? HealthCheckResult.Healthy($"{FlavorProbe.AddressOf(address, flavor)} answers as it should.")
            : HealthCheckResult.Unhealthy(wrong);
    }
}
