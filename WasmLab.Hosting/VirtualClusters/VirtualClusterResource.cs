namespace Aspire.Hosting.ApplicationModel;

/// <summary>A virtual cluster: an API server of its own whose pods run on the host cluster's node.</summary>
/// <param name="name">The name of the resource.</param>
/// <param name="virtualClusterName">The virtual cluster's name, which is also its namespace on the host and its kubeconfig context.</param>
/// <param name="cluster">The host cluster.</param>
public sealed class VirtualClusterResource([ResourceName] string name, string virtualClusterName, ClusterResource cluster)
    : Resource(name), IResourceWithWaitSupport
{
    /// <summary>The virtual cluster's name, which is also its namespace on the host and its kubeconfig context.</summary>
    public string VirtualClusterName { get; } = virtualClusterName;

    /// <summary>The host cluster.</summary>
    public ClusterResource Cluster { get; } = cluster;
}
