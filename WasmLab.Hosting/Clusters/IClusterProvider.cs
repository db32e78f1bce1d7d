using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.Clusters;

/// <summary>Brings a cluster up: one implementation for each kind of cluster.</summary>
internal interface IClusterProvider
{
    /// <summary>Adds to the model what has to run beside the resource, such as the embedded cluster's process.</summary>
    void AddPrograms(IResourceBuilder<ClusterResource> cluster);

    /// <summary>Returns when the cluster's API server answers; null in a rehearsal on a cluster that is not there.</summary>
    Task<KubeConfig?> StartAsync(LabStep step, CancellationToken cancellationToken);
}
