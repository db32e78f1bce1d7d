using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Diagnosis;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace Aspire.Hosting;

/// <summary>Adds the lab's cluster to an AppHost.</summary>
public static class ClusterBuilderExtensions
{
    /// <summary>
    /// Adds the cluster that the configuration section <c>WasmLab</c> describes, by default the embedded one.
    /// </summary>
    /// <param name="builder">The AppHost's builder.</param>
    /// <param name="name">The name of the resource.</param>
    /// <exception cref="DistributedApplicationException">A setting is wrong; the message names each one.</exception>
    public static IResourceBuilder<ClusterResource> AddCluster(this IDistributedApplicationBuilder builder, [ResourceName] string name)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(name);

        var options = LabOptions.Read(builder.Configuration, builder.AppHostDirectory);
        var trace = new BringUpTrace(TimeProvider.System);
        var program = new ClusterProgram(options, trace);
        var provider = ClusterProviders.Create(options, program);
        builder.Services.AddSingleton(trace);
        builder.Services.AddSingleton(new OtlpReceiver(builder));
        builder.Services.AddSingleton(program);
        builder.Services.AddSingleton<IClusterProvider>(provider);
        builder.Services.AddLab(options);

        var cluster = builder.AddResource(new ClusterResource(name))
            .WithStep(KnownResourceStates.Running, StartAsync)
            .WithHealthCheck($"{name}-ready")
            .WithIconName("Organization")
            .WithDoctor();

        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            $"{name}-ready",
            services => ActivatorUtilities.CreateInstance<ClusterHealthCheck>(
                services, (Func<string?>)(() => services.GetRequiredService<ClusterConnections>().HostContext)),
            failureStatus: null,
            tags: null));

        provider.AddPrograms(cluster);
        new ClusterControllers(options, program).AddTo(cluster);
        if (options.Cluster == ClusterKind.Context)
        {
            cluster.WithRemoval();
        }

        return cluster;
    }

    private static async Task StartAsync(ClusterResource cluster, LabStep step, CancellationToken cancellationToken)
    {
        if (await step.Get<IClusterProvider>().StartAsync(step, cancellationToken).ConfigureAwait(false) is not { } config)
        {
            return;
        }

        var client = step.Get<ClusterConnections>().ConnectHost(config);

        step.ByHand("kubectl wait node --all --for=condition=Ready");
        var node = await WaitForNodeAsync(client, cancellationToken).ConfigureAwait(false);
        step.Logger.LogInformation("Node {Node} is ready ({Runtime}).", node.Metadata.Name, node.Status?.NodeInfo?.ContainerRuntimeVersion);

        await step.SetPropertyAsync("API server", client.Server.ToString()).ConfigureAwait(false);
        await step.SetPropertyAsync("Kubeconfig", step.Get<LabOptions>().KubeConfigPath).ConfigureAwait(false);
        await step.SetPropertyAsync("Node", node.Metadata.Name).ConfigureAwait(false);
        await step.SetPropertyAsync("Container runtime", node.Status?.NodeInfo?.ContainerRuntimeVersion).ConfigureAwait(false);
        await step.PublishAsync(snapshot => snapshot with { Urls = [new UrlSnapshot("api", client.Server.ToString(), IsInternal: false)] })
            .ConfigureAwait(false);
    }

    private static async Task<Node> WaitForNodeAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        var list = await client.ListAsync<Node>(ct: cancellationToken).ConfigureAwait(false);
        if (list.Items.FirstOrDefault(IsReady) is { } ready)
        {
            return ready;
        }

        await foreach (var change in client.WatchAsync<Node>(null, list.Metadata.ResourceVersion, null, cancellationToken).ConfigureAwait(false))
        {
            if (change.Type is WatchEventType.Added or WatchEventType.Modified && IsReady(change.Object))
            {
                return change.Object;
            }
        }

        throw new DistributedApplicationException("The API server ended the watch before a node was ready.");
    }

    private static bool IsReady(Node node) =>
        node.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) ?? false;
}
