using Microsoft.Extensions.DependencyInjection;

namespace WasmLab.EmbeddedCluster.VirtualClusters;

/// <summary>Serves an API per VirtualCluster and syncs its objects with the cluster.</summary>
internal static class VirtualClustersPart
{
    public static IServiceCollection AddVirtualClusters(this IServiceCollection services) =>
        services.AddHostedService<VirtualClusterController>();
}
