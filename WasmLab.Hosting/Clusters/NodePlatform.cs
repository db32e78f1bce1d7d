using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes.Objects;
using WasmLab.Oci;

namespace WasmLab.Hosting.Clusters;

/// <summary>The platform that images have to be for.</summary>
internal sealed class NodePlatform(ClusterConnections connections, LabOptions options)
{
    /// <summary>The platform of the cluster's nodes; this machine's for a cluster that is not there yet.</summary>
    /// <exception cref="DistributedApplicationException">The nodes are of several architectures.</exception>
    public async Task<Platform> FindAsync(CancellationToken cancellationToken)
    {
        if (options.Cluster == ClusterKind.Embedded || connections.FindHost() is not { } host)
        {
            return Platform.Linux;
        }

        var nodes = await host.ListAsync<Node>(ct: cancellationToken).ConfigureAwait(false);
        var architectures = nodes.Items.Select(node => node.Status.NodeInfo?.Architecture).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        return architectures switch
        {
            [] => Platform.Linux,
            [var one] => new Platform("linux", one),
            _ => throw new DistributedApplicationException(
                $"The cluster's nodes are of several architectures ({string.Join(", ", architectures)}), but an image of the lab is for one: use a cluster or node pool of one architecture."),
        };
    }
}
