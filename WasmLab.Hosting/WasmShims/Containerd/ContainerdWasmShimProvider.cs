using System.Globalization;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>
/// Installs and removes the shim on every node of a cluster whose nodes run containerd, one node after the other; the first failure stops it,
/// so that a mistake does not go through the whole cluster.
/// </summary>
internal sealed class ContainerdWasmShimProvider(
    INodes nodes, ContainerdInstaller installer, ContainerdRemover remover, LabOptions options, ClusterConnections connections) : IWasmShimProvider
{
    public async Task InstallAsync(WasmShimResource shim, LabStep step, CancellationToken cancellationToken)
    {
        await ForEachAsync(step, async node =>
        {
            await CheckRuntimeAsync(node.Name, cancellationToken).ConfigureAwait(false);
            return await installer.InstallAsync(shim.Handler, node, step, cancellationToken).ConfigureAwait(false);
        }, cancellationToken).ConfigureAwait(false);

        await step.SetPropertyAsync("Handler", shim.Handler).ConfigureAwait(false);
        await step.SetPropertyAsync("Runtime type", options.Shim.Source == ShimSource.Crun ? ContainerdHandler.RuncType : ContainerdHandler.ShimType).ConfigureAwait(false);
        await step.SetPropertyAsync(
            "Shim", options.Shim.Source == ShimSource.Crun ? options.Shim.BinaryName : $"{options.Shim.BinDirectory}/{ContainerdHandler.ProgramName}", highlighted: false)
            .ConfigureAwait(false);
    }

    public Task RemoveAsync(WasmShimResource shim, LabStep step, CancellationToken cancellationToken) =>
        ForEachAsync(step, node => remover.RemoveAsync(shim.Handler, node, step, cancellationToken), cancellationToken);

    private async Task ForEachAsync(LabStep step, Func<INode, Task<string>> work, CancellationToken cancellationToken)
    {
        var session = await nodes.OpenAsync(step, cancellationToken).ConfigureAwait(false);
        await using var closing = session.ConfigureAwait(false);
        for (var index = 0; index < session.Nodes.Count; index++)
        {
            var node = session.Nodes[index];
            var place = string.Create(CultureInfo.InvariantCulture, $"[{index + 1}/{session.Nodes.Count}]");
            try
            {
                var result = await work(node).ConfigureAwait(false);
                step.Logger.LogInformation("{Place} Node {Node}: {Result}.", place, node.Name, result);
                await step.SetPropertyAsync($"Node {node.Name}", result, highlighted: false).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is DistributedApplicationException or FormatException or KubernetesException or HttpRequestException)
            {
                await step.SetPropertyAsync($"Node {node.Name}", "failed", highlighted: false).ConfigureAwait(false);
                var untouched = session.Nodes.Skip(index + 1).Select(other => other.Name).ToList();
                throw new DistributedApplicationException(
                    $"Node {node.Name}: {exception.Message}" + (untouched.Count == 0 ? "" : $" Not touched: {string.Join(", ", untouched)}."), exception);
            }
        }
    }

    /// <summary>A kubelet may use another container runtime although containerd is there, too.</summary>
    private async Task CheckRuntimeAsync(string name, CancellationToken cancellationToken)
    {
        if (connections.FindHost() is { } host
            && (await host.FindAsync<Node>(name, ct: cancellationToken).ConfigureAwait(false))?.Status.NodeInfo?.ContainerRuntimeVersion is { } runtime
            && (runtime.StartsWith("docker://", StringComparison.Ordinal) || runtime.StartsWith("cri-o://", StringComparison.Ordinal)))
        {
            throw new DistributedApplicationException(
                $"its kubelet uses {runtime}, but the shim step knows containerd only: make the cluster with containerd (minikube start --container-runtime=containerd).");
        }
    }
}
