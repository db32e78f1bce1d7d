using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Clusters;

/// <summary>The command "Remove lab from cluster" of a cluster that the lab did not make.</summary>
internal static class ClusterRemovalCommand
{
    public static IResourceBuilder<ClusterResource> WithRemoval(this IResourceBuilder<ClusterResource> cluster) =>
        cluster.WithCommand("remove-lab", "Remove lab from cluster", context => RunAsync(cluster.Resource, context), new CommandOptions
        {
            Description = "Deletes the lab's namespaces, classes, kinds, images and handler from the cluster, and nothing else; the console log shows each.",
            ConfirmationMessage = "Remove all of the lab from the cluster? The flavors stop. Stop the lab afterwards: it serves nothing any more.",
            IconName = "Delete",
        });

    private static Task<ExecuteCommandResult> RunAsync(ClusterResource cluster, ExecuteCommandContext context) =>
        LabCommand.RunAsync(cluster, context, step => step.Get<ClusterRemoval>().RunAsync(step, context.CancellationToken));
}
