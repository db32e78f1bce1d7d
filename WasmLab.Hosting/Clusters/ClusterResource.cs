namespace Aspire.Hosting.ApplicationModel;

/// <summary>The Kubernetes cluster that carries the lab. It is running when its API server answers and its node is ready.</summary>
/// <param name="name">The name of the resource.</param>
public sealed class ClusterResource([ResourceName] string name) : Resource(name), IResourceWithWaitSupport;
