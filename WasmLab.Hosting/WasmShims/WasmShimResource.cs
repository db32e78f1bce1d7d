namespace Aspire.Hosting.ApplicationModel;

/// <summary>
/// The step that teaches the node's container runtime to run WebAssembly: it is finished when the handler that a RuntimeClass names
/// is configured on the node.
/// </summary>
/// <param name="name">The name of the resource.</param>
/// <param name="handler">The handler's name, as RuntimeClass <c>handler</c> says it.</param>
/// <param name="cluster">The cluster whose node gets the handler.</param>
public sealed class WasmShimResource([ResourceName] string name, string handler, ClusterResource cluster) : Resource(name), IResourceWithWaitSupport
{
    /// <summary>The handler's name, as RuntimeClass <c>handler</c> says it.</summary>
    public string Handler { get; } = handler;

    /// <summary>The cluster whose node gets the handler.</summary>
    public ClusterResource Cluster { get; } = cluster;
}
