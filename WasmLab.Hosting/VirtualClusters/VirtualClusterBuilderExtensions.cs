using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.VirtualClusters;

namespace Aspire.Hosting;

/// <summary>Adds virtual clusters.</summary>
public static class VirtualClusterBuilderExtensions
{
    /// <summary>Adds a virtual cluster: a namespace of its name on the host, an API server, and a context of its name in the kubeconfig.</summary>
    /// <param name="cluster">The host cluster.</param>
    /// <param name="name">The name of the resource.</param>
    /// <param name="virtualClusterName">The virtual cluster's name; by default the resource's.</param>
    public static IResourceBuilder<VirtualClusterResource> AddVirtualCluster(
        this IResourceBuilder<ClusterResource> cluster, [ResourceName] string name, string? virtualClusterName = null)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var context = virtualClusterName ?? name;
        var virtualCluster = cluster.ApplicationBuilder.AddResource(new VirtualClusterResource(name, context, cluster.Resource))
            .WithStep(KnownResourceStates.Running, CreateAsync)
            .WithHealthCheck($"{name}-ready")
            .WithIconName("Layer")
            .WithParentRelationship(cluster)
            .WaitFor(cluster);

        cluster.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            $"{name}-ready",
            services => ActivatorUtilities.CreateInstance<ClusterHealthCheck>(services, (Func<string?>)(() => context)),
            failureStatus: null,
            tags: null));

        return virtualCluster;
    }

    private static async Task CreateAsync(VirtualClusterResource virtualCluster, LabStep step, CancellationToken cancellationToken)
    {
        var context = virtualCluster.VirtualClusterName;
        if (await step.Get<IVirtualClusterProvider>().CreateAsync(virtualCluster, step, cancellationToken).ConfigureAwait(false) is not { } config)
        {
            return;
        }

        var connections = step.Get<ClusterConnections>();
        var client = connections.Connect(context, config);
        connections.Publish(config);
        step.ByHand($"kubectl --context {context} get pods");

        await step.SetPropertyAsync("API server", client.Server.ToString()).ConfigureAwait(false);
        await step.SetPropertyAsync("Context", context).ConfigureAwait(false);
        await step.SetPropertyAsync("Host namespace", context).ConfigureAwait(false);
        await step.PublishAsync(snapshot => snapshot with { Urls = [new UrlSnapshot("api", client.Server.ToString(), IsInternal: false)] })
            .ConfigureAwait(false);
    }
}
