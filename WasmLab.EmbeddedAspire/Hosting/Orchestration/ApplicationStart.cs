using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aspire.Hosting.Orchestration;

/// <summary>What is done before the hosted services start: subscribers, then <see cref="BeforeStartEvent"/>.</summary>
internal static class ApplicationStart
{
    public static async Task PrepareAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        var logger = services.GetRequiredService<ILogger<DistributedApplication>>();
        var model = services.GetRequiredService<DistributedApplicationModel>();
        var eventing = services.GetRequiredService<IDistributedApplicationEventing>();
        var executionContext = services.GetRequiredService<DistributedApplicationExecutionContext>();
        logger.LogInformation("Distributed application starting.");
        logger.LogInformation("Application host directory is: {AppHostDirectory}", services.GetRequiredService<IHostEnvironment>().ContentRootPath);

        foreach (var subscriber in services.GetServices<IDistributedApplicationEventingSubscriber>())
        {
            await subscriber.SubscribeAsync(eventing, executionContext, cancellationToken).ConfigureAwait(false);
        }

        await eventing.PublishAsync(new BeforeStartEvent(services, model), cancellationToken).ConfigureAwait(false);
        ModelValidation.ThrowIfBroken((ResourceCollection)model.Resources);
        ModelValidation.ThrowIfHealthChecksAreMissing(model, services.GetRequiredService<IOptions<HealthCheckServiceOptions>>().Value);
    }
}
