namespace Aspire.Hosting.ApplicationModel;

/// <summary>The ingress controller in front of every flavor. It is running when it answers on the lab's ingress port.</summary>
/// <param name="name">The name of the resource.</param>
/// <param name="cluster">The cluster whose Ingress objects it serves.</param>
public sealed class IngressResource([ResourceName] string name, ClusterResource cluster) : Resource(name), IResourceWithWaitSupport
{
    /// <summary>The cluster whose Ingress objects it serves.</summary>
    public ClusterResource Cluster { get; } = cluster;

    /// <summary>Where it answers, once it is running.</summary>
    public Uri? Address { get; internal set; }
}
