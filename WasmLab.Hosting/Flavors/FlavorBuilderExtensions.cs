using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using WasmLab.Hosting.Flavors;
using WasmLab.Hosting.Lab;
using WasmLab.Oci;

namespace Aspire.Hosting;

/// <summary>Adds the flavors of the HTTP server.</summary>
public static class FlavorBuilderExtensions
{
    /// <summary>
    /// Adds a flavor that runs in a virtual cluster and is asked through an ingress. Its name is the name of its pod and the first
    /// segment of its path.
    /// </summary>
    /// <param name="virtualCluster">The virtual cluster it runs in.</param>
    /// <param name="name">The name of the resource.</param>
    /// <param name="ingress">The ingress that brings its answers.</param>
    public static IResourceBuilder<FlavorResource> AddFlavor(
        this IResourceBuilder<VirtualClusterResource> virtualCluster, [ResourceName] string name, IResourceBuilder<IngressResource> ingress)
    {
        ArgumentNullException.ThrowIfNull(virtualCluster);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(ingress);

        var flavor = virtualCluster.ApplicationBuilder.AddResource(new FlavorResource(name, virtualCluster.Resource))
            .WithStep(KnownResourceStates.Running, (flavor, step, cancellationToken) => DeployAsync(flavor, ingress.Resource, step, cancellationToken))
            .WithHealthCheck($"{name}-answers")
            .WithIconName("Box")
            .WithParentRelationship(virtualCluster)
            .WaitFor(virtualCluster)
            .WaitFor(ingress);

        virtualCluster.ApplicationBuilder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            $"{name}-answers",
            services => new FlavorHealthCheck(services.GetRequiredService<FlavorProbe>(), () => ingress.Resource.Address, name),
            failureStatus: null,
            tags: null));

        return flavor
            .WithCommand("restart", "Restart", context => RestartAsync(flavor.Resource, context), new CommandOptions
            {
                Description = "Deletes the pod and applies the manifest again.",
                IconName = "ArrowCounterclockwise",
                IsHighlighted = true,
                UpdateState = EnabledWhenRunning,
            })
            .WithCommand("apply", "Apply manifest", context => ApplyAgainAsync(flavor.Resource, context), new CommandOptions
            {
                Description = "Applies the manifest again.",
                IconName = "DocumentArrowUp",
                UpdateState = EnabledWhenRunning,
            });
    }

    /// <summary>Says which manifest runs the flavor.</summary>
    /// <param name="flavor">The flavor.</param>
    /// <param name="path">The manifest's path, relative to the AppHost's folder.</param>
    public static IResourceBuilder<FlavorResource> WithManifest(this IResourceBuilder<FlavorResource> flavor, string path)
    {
        ArgumentNullException.ThrowIfNull(flavor);
        return flavor.WithAnnotation(new FlavorManifestAnnotation(Resolve(flavor, path)));
    }

    /// <summary>
    /// The image holds a static program: a prebuilt one for the node's platform, or one that cargo (for this machine) or docker (for a real
    /// node) builds.
    /// </summary>
    /// <param name="flavor">The flavor.</param>
    /// <param name="reference">The image's reference.</param>
    /// <param name="sources">The folder of the program's <c>Cargo.toml</c>, relative to the AppHost's folder.</param>
    /// <param name="prebuilt">The folder of prebuilt programs, one folder a platform (<c>linux-x64</c>), relative to the AppHost's folder.</param>
    public static IResourceBuilder<FlavorResource> WithNativeImage(
        this IResourceBuilder<FlavorResource> flavor, string reference, string sources, string prebuilt)
    {
        ArgumentNullException.ThrowIfNull(flavor);
        return flavor.WithAnnotation(new FlavorImageAnnotation(
            reference, new FlavorImageContent.Native(Resolve(flavor, sources), Resolve(flavor, prebuilt))));
    }

    /// <summary>
    /// The image holds a WebAssembly module and a runtime that runs it as an ordinary container: the lab's own for the embedded node, WasmEdge
    /// from the Dockerfile for a real one.
    /// </summary>
    /// <param name="flavor">The flavor.</param>
    /// <param name="reference">The image's reference.</param>
    /// <param name="module">The module's path, relative to the AppHost's folder.</param>
    /// <param name="sources">The folder of <c>embed.Dockerfile</c>, relative to the AppHost's folder.</param>
    public static IResourceBuilder<FlavorResource> WithEmbedImage(
        this IResourceBuilder<FlavorResource> flavor, string reference, string module, string sources)
    {
        ArgumentNullException.ThrowIfNull(flavor);
        return flavor.WithAnnotation(new FlavorImageAnnotation(
            reference, new FlavorImageContent.Embed(Resolve(flavor, module), Resolve(flavor, sources))));
    }

    /// <summary>The image holds a WebAssembly module only; the node runs it with the handler that the pod's RuntimeClass names.</summary>
    /// <param name="flavor">The flavor.</param>
    /// <param name="reference">The image's reference.</param>
    /// <param name="module">The module's path, relative to the AppHost's folder.</param>
    public static IResourceBuilder<FlavorResource> WithRuntimeImage(this IResourceBuilder<FlavorResource> flavor, string reference, string module)
    {
        ArgumentNullException.ThrowIfNull(flavor);
        return flavor.WithAnnotation(new FlavorImageAnnotation(reference, new FlavorImageContent.Runtime(Resolve(flavor, module))));
    }

    private static string Resolve(IResourceBuilder<FlavorResource> flavor, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Path.GetFullPath(path, flavor.ApplicationBuilder.AppHostDirectory);
    }

    private static ResourceCommandState EnabledWhenRunning(UpdateCommandStateContext context) =>
        context.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;

    private static async Task DeployAsync(FlavorResource flavor, IngressResource ingress, LabStep step, CancellationToken cancellationToken)
    {
        if (flavor.TryGetLastAnnotation<FlavorImageAnnotation>(out var image))
        {
            await step.Get<FlavorImages>().BuildAsync(flavor.Name, image, step, cancellationToken).ConfigureAwait(false);
            await step.Get<IImageLoader>().LoadAsync(ImageReference.Parse(image.Reference), step, cancellationToken).ConfigureAwait(false);
        }

        var deployment = step.Get<FlavorDeployment>();
        await deployment.ApplyAsync(flavor, step, cancellationToken).ConfigureAwait(false);
        if (step.IsRehearsal)
        {
            return;
        }

        step.Get<FlavorWatcher>().Watch(flavor, step);
        await deployment.WaitForReadyAsync(flavor, step, cancellationToken).ConfigureAwait(false);

        var url = FlavorProbe.AddressOf(ingress.Address!, flavor.Name).ToString();
        step.ByHand($"curl -s '{url}'");
        await step.PublishAsync(snapshot => snapshot with { Urls = [new UrlSnapshot("get", url, IsInternal: false)] }).ConfigureAwait(false);
    }

    private static Task<ExecuteCommandResult> RestartAsync(FlavorResource flavor, ExecuteCommandContext context) =>
        LabCommand.RunAsync(flavor, context, async step =>
        {
            var deployment = step.Get<FlavorDeployment>();
            await deployment.DeletePodAsync(flavor, step, context.CancellationToken).ConfigureAwait(false);
            await deployment.ApplyAsync(flavor, step, context.CancellationToken).ConfigureAwait(false);
            await deployment.WaitForReadyAsync(flavor, step, context.CancellationToken).ConfigureAwait(false);
        });

    private static Task<ExecuteCommandResult> ApplyAgainAsync(FlavorResource flavor, ExecuteCommandContext context) =>
        LabCommand.RunAsync(flavor, context, step =>
            step.Get<FlavorDeployment>().ApplyAsync(flavor, step, context.CancellationToken));
}
