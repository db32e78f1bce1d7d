using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Nodes;

/// <summary>The nodes of the profile: in the cluster they have the names that minikube knows them by.</summary>
internal sealed class MinikubeNodes(ClusterConnections connections, Minikube minikube, LabShell shell) : INodes
{
    public async Task<NodeSession> OpenAsync(LabStep step, CancellationToken cancellationToken)
    {
        if (connections.FindHost() is not { } host)
        {
            return step.IsRehearsal ? new NodeSession([]) : throw new InvalidOperationException("The cluster has not been reached yet.");
        }

        var nodes = await host.ListAsync<Node>(ct: cancellationToken).ConfigureAwait(false);
        return new NodeSession([.. nodes.Items.Select(node => new MinikubeNode(node.Metadata.Name!, minikube, shell))]);
    }
}
