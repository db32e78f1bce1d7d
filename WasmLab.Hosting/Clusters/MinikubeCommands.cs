using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;

namespace WasmLab.Hosting.Clusters;

/// <summary>Commands of a minikube cluster in the dashboard. "Run again" starts what was stopped or deleted.</summary>
internal static class MinikubeCommands
{
    public static void WithMinikubeCommands(this IResourceBuilder<ClusterResource> cluster)
    {
        cluster.WithCommand("restart-nodes", "Restart nodes", context => LabCommand.RunAsync(cluster.Resource, context, step => RestartAsync(step, context.CancellationToken)), new CommandOptions
        {
            Description = "Stops and starts each node's machine, one after the other.",
            ConfirmationMessage = "Restart the nodes? Their pods start again.",
            IconName = "ArrowSync",
            UpdateState = WhenRunning,
        });
        cluster.WithCommand("stop-nodes", "Stop nodes", context => LabCommand.RunAsync(cluster.Resource, context, async step =>
        {
            var minikube = step.Get<Minikube>();
            await minikube.ChangeAsync(step, minikube.KubeConfigCommand("stop"), "minikube could not stop the cluster", context.CancellationToken).ConfigureAwait(false);
            await ShowStoppedAsync(step).ConfigureAwait(false);
        }), new CommandOptions
        {
            Description = "minikube stop: the machine and what is on it are kept.",
            ConfirmationMessage = "Stop the nodes? The flavors do not answer until the step is run again.",
            IconName = "Stop",
            UpdateState = WhenRunning,
        });
        cluster.WithCommand("delete", "Delete", context => LabCommand.RunAsync(cluster.Resource, context, async step =>
        {
            var minikube = step.Get<Minikube>();
            await minikube.ChangeAsync(step, minikube.KubeConfigCommand("delete"), "minikube could not delete the cluster", context.CancellationToken).ConfigureAwait(false);
            await ShowStoppedAsync(step).ConfigureAwait(false);
        }), new CommandOptions
        {
            Description = "minikube delete: the profile's machine and all that is on it.",
            ConfirmationMessage = "Delete the machine and everything on it?",
            IconName = "Delete",
        });
    }

    private static async Task RestartAsync(LabStep step, CancellationToken cancellationToken)
    {
        var minikube = step.Get<Minikube>();
        var session = await step.Get<INodes>().OpenAsync(step, cancellationToken).ConfigureAwait(false);
        await using var closing = session.ConfigureAwait(false);
        foreach (var node in session.Nodes)
        {
            await minikube.ChangeAsync(step, minikube.KubeConfigCommand("node", "stop", node.Name), $"minikube could not stop node {node.Name}", cancellationToken).ConfigureAwait(false);
            await minikube.ChangeAsync(step, minikube.KubeConfigCommand("node", "start", node.Name), $"minikube could not start node {node.Name}", cancellationToken).ConfigureAwait(false);
            step.Logger.LogInformation("Node {Node} has been restarted.", node.Name);
        }
    }

    private static Task ShowStoppedAsync(LabStep step) => step.PublishAsync(snapshot => snapshot with
    {
        State = new ResourceStateSnapshot(KnownResourceStates.Exited, KnownResourceStateStyles.Warn),
    });

    private static ResourceCommandState WhenRunning(UpdateCommandStateContext context) =>
        context.ResourceSnapshot.State?.Text == KnownResourceStates.Running ? ResourceCommandState.Enabled : ResourceCommandState.Hidden;
}
