namespace Aspire.Hosting.ApplicationModel;

/// <summary>
/// One flavor of the HTTP server: an image and the manifest that runs it in a virtual cluster. It is running when its pod is ready,
/// and healthy when the ingress brings its answer.
/// </summary>
/// <param name="name">The name of the resource and of the flavor: pod, service, ingress and path carry it.</param>
/// <param name="virtualCluster">The virtual cluster it runs in.</param>
public sealed class FlavorResource([ResourceName] string name, VirtualClusterResource virtualCluster) : Resource(name), IResourceWithWaitSupport
{
    /// <summary>The virtual cluster it runs in.</summary>
    public VirtualClusterResource VirtualCluster { get; } = virtualCluster;
}
