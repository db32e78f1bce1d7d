using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Nodes;

/// <summary>The nodes that <c>WasmLab:Nodes</c> tells how to reach.</summary>
internal sealed class ShellNodes(LabOptions options, LabShell shell, ClusterConnections connections) : INodes
{
    public async Task<NodeSession> OpenAsync(LabStep step, CancellationToken cancellationToken)
    {
        var known = connections.FindHost() is { } host
            ? (await host.ListAsync<Node>(ct: cancellationToken).ConfigureAwait(false)).Items.ConvertAll(node => node.Metadata.Name!)
            : null;
        var nodes = options.Nodes.Shells.Select(node => new ShellNode(NameOf(node, known), node.Prefix, shell)).ToList();
        foreach (var left in known?.Except(nodes.Select(node => node.Name)) ?? [])
        {
            step.Logger.LogWarning("The settings WasmLab:Nodes do not tell how to reach node {Node}: it is left alone.", left);
        }

        return new NodeSession(nodes);
    }

    private static string NameOf(NodeShell node, List<string>? known)
    {
        if (node.Name is null)
        {
            return known switch
            {
                null => "node",
                [var only] => only,
                _ => throw new DistributedApplicationException(
                    $"WasmLab:Nodes:Shell reaches one node, but the cluster has {known.Count}: {string.Join(", ", known)}. "
                    + "Name each: WasmLab:Nodes:0:Name and WasmLab:Nodes:0:Shell, and so on."),
            };
        }

        return known is null || known.Contains(node.Name)
            ? node.Name
            : throw new DistributedApplicationException(
                $"The settings WasmLab:Nodes name node '{node.Name}', but the cluster has {string.Join(", ", known)}.");
    }
}
