using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>Restarts a node's containerd and waits until containerd answers and the node is ready again.</summary>
internal sealed class ContainerdRestart(LabOptions options, ClusterConnections connections, TimeProvider time)
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(500);

    /// <summary>How long containerd may take to answer, and the node to be ready.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <exception cref="DistributedApplicationException">It does not come up again; the message says why.</exception>
    public async Task RunAsync(INode node, ContainerdNode looker, string containerd, ContainerdConfig effective, LabStep step, CancellationToken cancellationToken)
    {
        var command = CommandLine.TrySplit(options.Shim.RestartCommand) is { Count: > 0 } words && words.All(CommandLine.IsPlain)
            ? words
            : ["sh", "-c", options.Shim.RestartCommand];
        var result = await node.ChangeAsync(step, command, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw new DistributedApplicationException($"'{options.Shim.RestartCommand}' (WasmLab:Shim:RestartCommand) failed: {result.LastLine}");
        }

        if (step.IsRehearsal)
        {
            return;
        }

        await WaitAsync("containerd does not answer", async () =>
            await looker.AnswersAsync(containerd, effective.Address, cancellationToken).ConfigureAwait(false) is not false, cancellationToken).ConfigureAwait(false);
        if (connections.FindHost() is { } host)
        {
            await WaitAsync("the node is not ready", () => IsReadyAsync(host, node.Name, cancellationToken), cancellationToken).ConfigureAwait(false);
        }

        step.Logger.LogInformation("Node {Node}: containerd runs again.", node.Name);
    }

    private static async Task<bool> IsReadyAsync(KubernetesClient host, string name, CancellationToken cancellationToken)
    {
        try
        {
            var node = await host.FindAsync<Node>(name, ct: cancellationToken).ConfigureAwait(false);
            return node is null || node.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });
        }
        catch (HttpRequestException)
        {
            // The API server of a one-node cluster may be a container of this containerd.
            return false;
        }
    }

    private async Task WaitAsync(string trouble, Func<Task<bool>> holds, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (!await holds().ConfigureAwait(false))
        {
            if (time.GetElapsedTime(start) > Deadline)
            {
                throw new DistributedApplicationException($"{trouble} {Deadline.TotalSeconds:0} s after its restart; its log says why (journalctl -u containerd)");
            }

            await Task.Delay(s_poll, time, cancellationToken).ConfigureAwait(false);
        }
    }
}
