using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Clusters;

/// <summary>Chooses the provider of the cluster that the settings name.</summary>
internal static class ClusterProviders
{
    public static IClusterProvider Create(LabOptions options, ClusterProgram program) => options.Cluster switch
    {
        ClusterKind.Embedded => new EmbeddedClusterProvider(options, program),
        ClusterKind.Context => new ContextClusterProvider(options),
        _ => new MinikubeClusterProvider(options),
    };
}
