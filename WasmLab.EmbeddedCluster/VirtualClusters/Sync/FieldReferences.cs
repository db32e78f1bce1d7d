using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>
/// Environment variables that come from the pod's own name or namespace must show those of the virtual cluster, not the copy's.
/// </summary>
internal static class FieldReferences
{
    public static void Resolve(PodSpec spec, ObjectMeta virtualMeta)
    {
        var variables = spec.InitContainers.Concat(spec.Containers).SelectMany(container => container.Env);
        foreach (var variable in variables)
        {
            var value = variable.ValueFrom?.FieldRef?.FieldPath switch
            {
                "metadata.name" => virtualMeta.Name,
                "metadata.namespace" => virtualMeta.Namespace,
                "metadata.uid" => virtualMeta.Uid,
                _ => null,
            };
            if (value is not null)
            {
                variable.Value = value;
                variable.ValueFrom = null;
            }
        }
    }
}
