using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Flavors;
using WasmLab.Hosting.Ingresses;
using WasmLab.Hosting.Lab;

namespace Aspire.Hosting;

/// <summary>Adds the ingress in front of the flavors.</summary>
public static class IngressBuilderExtensions
{
    /// <summary>Adds the cluster's ingress controller, reached on the port that <c>WasmLab:Ingress:Port</c> says.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="name">The name of the resource.</param>
    public static IResourceBuilder<IngressResource> AddIngress(this IResourceBuilder<ClusterResource> cluster, [ResourceName] string name)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var ingress = cluster.ApplicationBuilder.AddResource(new IngressResource(name, cluster.Resource))
            .WithStep(KnownResourceStates.Running, StartAsync)
            .WithHealthCheck($"{name}-answers")
            .WithIconName("ArrowRouting")
            .WithParentRelationship(cluster)
            .WaitFor(cluster);
        IngressTunnel.AddTo(cluster, name, LabOptions.Read(cluster.ApplicationBuilder.Configuration, cluster.ApplicationBuilder.AppHostDirectory));

        cluster.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            $"{name}-answers",
            services => new IngressHealthCheck(() => ingress.Resource.Address, services.GetRequiredService<FlavorProbe>().Http),
            failureStatus: null,
            tags: null));

        return ingress;
    }

    private static async Task StartAsync(IngressResource ingress, LabStep step, CancellationToken cancellationToken)
    {
        if (await step.Get<IIngressProvider>().StartAsync(step, cancellationToken).ConfigureAwait(false) is not { } address)
        {
            return;
        }

        step.Get<IngressAddress>().Keep(address);
        ingress.Address = address;
        step.Logger.LogInformation("The ingress controller listens on {Address}.", address);
        await step.PublishAsync(snapshot => snapshot with { Urls = [new UrlSnapshot("http", address.ToString(), IsInternal: false)] })
            .ConfigureAwait(false);
    }
}
