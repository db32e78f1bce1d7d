namespace WasmLab.Hosting.VirtualClusters;

/// <summary>Who runs the virtual clusters.</summary>
internal enum VirtualClusterKind
{
    /// <summary>The lab's own, a process of this machine.</summary>
    Embedded,

    /// <summary>The vcluster chart, installed with helm.</summary>
    VCluster,
}
