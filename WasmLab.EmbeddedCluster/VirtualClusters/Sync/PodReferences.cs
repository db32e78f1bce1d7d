using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>The secrets and config maps that a pod names in its environment and volumes.</summary>
internal static class PodReferences
{
    public static HashSet<(string Kind, string Name)> Of(Pod pod)
    {
        var found = new HashSet<(string, string)>();
        Visit(pod.Spec, (kind, name) =>
        {
            found.Add((kind, name));
            return name;
        });
        return found;
    }

    public static void Rename(PodSpec spec, Func<string, string> rename) => Visit(spec, (_, name) => rename(name));

    private static void Visit(PodSpec spec, Func<string, string, string> visit)
    {
        foreach (var container in spec.InitContainers.Concat(spec.Containers))
        {
            foreach (var variable in container.Env)
            {
                VisitKey(variable.ValueFrom?.ConfigMapKeyRef, nameof(ConfigMap));
                VisitKey(variable.ValueFrom?.SecretKeyRef, nameof(Secret));
            }

            foreach (var source in container.EnvFrom)
            {
                VisitLocal(source.ConfigMapRef, nameof(ConfigMap));
                VisitLocal(source.SecretRef, nameof(Secret));
            }
        }

        foreach (var volume in spec.Volumes)
        {
            VisitVolume(volume, "configMap", "name", nameof(ConfigMap));
            VisitVolume(volume, "secret", "secretName", nameof(Secret));
        }

        void VisitKey(KeySelector? key, string kind)
        {
            if (key?.Name is { } name)
            {
                key.Name = visit(kind, name);
            }
        }

        void VisitLocal(LocalReference? reference, string kind)
        {
            if (reference?.Name is { } name)
            {
                reference.Name = visit(kind, name);
            }
        }

        void VisitVolume(Volume volume, string source, string field, string kind)
        {
            if (volume.UnknownFields is { } fields && fields.TryGetValue(source, out var element)
                && JsonObject.Create(element) is { } from && from[field]?.GetValue<string>() is { } name)
            {
                from[field] = visit(kind, name);
                fields[source] = JsonSerializer.SerializeToElement(from);
            }
        }
    }
}
