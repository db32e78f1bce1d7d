using System.Text.Json;
using WasmLab.Kubernetes;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>Copies of what informers share, which may be changed.</summary>
internal static class ObjectCopy
{
    public static T Of<T>(T value) =>
        JsonSerializer.SerializeToElement(value, KubernetesJson.Options).Deserialize<T>(KubernetesJson.Options)!;

    /// <summary>Whether two objects have the same JSON.</summary>
    public static bool AreEqual<T>(T left, T right) => JsonElement.DeepEquals(
        JsonSerializer.SerializeToElement(left, KubernetesJson.Options), JsonSerializer.SerializeToElement(right, KubernetesJson.Options));
}
