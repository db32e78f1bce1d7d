using WasmLab.Hosting.Lab;
using WasmLab.Hosting.WasmShims;

namespace Aspire.Hosting;

/// <summary>Adds the step that lets a cluster's node run WebAssembly.</summary>
public static class WasmShimBuilderExtensions
{
    /// <summary>
    /// Adds the step that installs a WebAssembly shim on the cluster's node under a handler's name. Pods whose RuntimeClass names the
    /// handler wait for it: <c>WaitForCompletion</c> on the result lets their resources wait too.
    /// </summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="name">The name of the resource.</param>
    /// <param name="handler">The handler's name, as RuntimeClass <c>handler</c> says it.</param>
    public static IResourceBuilder<WasmShimResource> AddWasmShim(
        this IResourceBuilder<ClusterResource> cluster, [ResourceName] string name, string handler)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(handler);

        var shim = cluster.ApplicationBuilder.AddResource(new WasmShimResource(name, handler, cluster.Resource))
            .WithStep(KnownResourceStates.Finished, InstallAsync)
            .WithIconName("PuzzlePiece")
            .WithParentRelationship(cluster)
            .WaitFor(cluster);

        return shim.WithCommand("remove", "Remove handler", context => RemoveAsync(shim.Resource, context), new CommandOptions
        {
            Description = "Removes the handler from the node: new WebAssembly pods then wait with the reason that a real node gives.",
            ConfirmationMessage = $"Remove handler {handler}? WebAssembly pods that start afterwards wait until it is installed again.",
            IconName = "Delete",
            UpdateState = context => context.ResourceSnapshot.State?.Text == KnownResourceStates.Finished
                ? ResourceCommandState.Enabled
                : ResourceCommandState.Hidden,
        })
        .WithCommand("install", "Install handler", context => InstallAgainAsync(shim.Resource, context), new CommandOptions
        {
            Description = "Installs the shim and its handler on the node again.",
            IconName = "ArrowDownload",
            UpdateState = context => context.ResourceSnapshot.State?.Text == Removed ? ResourceCommandState.Enabled : ResourceCommandState.Hidden,
        });
    }

    private const string Removed = "Removed";

    private static Task InstallAsync(WasmShimResource shim, LabStep step, CancellationToken cancellationToken) =>
        step.Get<IWasmShimProvider>().InstallAsync(shim, step, cancellationToken);

    private static Task<ExecuteCommandResult> RemoveAsync(WasmShimResource shim, ExecuteCommandContext context) =>
        LabCommand.RunAsync(shim, context, async step =>
        {
            await step.Get<IWasmShimProvider>().RemoveAsync(shim, step, context.CancellationToken).ConfigureAwait(false);
            await step.PublishAsync(snapshot => snapshot with
            {
                State = new ResourceStateSnapshot(Removed, KnownResourceStateStyles.Warn),
            }).ConfigureAwait(false);
        });

    private static Task<ExecuteCommandResult> InstallAgainAsync(WasmShimResource shim, ExecuteCommandContext context) =>
        LabCommand.RunAsync(shim, context, async step =>
        {
            await InstallAsync(shim, step, context.CancellationToken).ConfigureAwait(false);
            await step.PublishAsync(snapshot => snapshot with { State = KnownResourceStates.Finished }).ConfigureAwait(false);
        });
}
