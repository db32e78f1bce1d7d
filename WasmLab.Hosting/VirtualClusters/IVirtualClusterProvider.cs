using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.VirtualClusters;

/// <summary>Creates a virtual cluster on the host cluster.</summary>
internal interface IVirtualClusterProvider
{
    /// <summary>Returns the kubeconfig of the virtual cluster when its API server answers; null in a rehearsal.</summary>
    Task<KubeConfig?> CreateAsync(VirtualClusterResource virtualCluster, LabStep step, CancellationToken cancellationToken);
}
