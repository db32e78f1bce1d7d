namespace WasmLab.EmbeddedCluster;

/// <summary>The label of what is created on the cluster for the lab as a whole, by which it is found and removed.</summary>
internal static class ManagedBy
{
    public const string Label = "app.kubernetes.io/managed-by";
    public const string Lab = "wasmlab";
}
