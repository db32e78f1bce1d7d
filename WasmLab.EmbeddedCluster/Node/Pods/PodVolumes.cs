using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>A volume cannot be set up: event <c>FailedMount</c>.</summary>
internal sealed class VolumeException(string message) : Exception(message);

/// <summary>Sets up a pod's volumes as host directories: emptyDir, configMap, secret and hostPath.</summary>
internal sealed class PodVolumes(IPodApi api, NodePaths paths)
{
    private static readonly string[] Supported = ["emptyDir", "configMap", "secret", "hostPath"];

    /// <returns>The host directory of each volume's name.</returns>
    /// <exception cref="VolumeException">A volume's kind is not supported, or what it refers to is not there.</exception>
    public async Task<IReadOnlyDictionary<string, string>> SetUpAsync(Pod pod, CancellationToken cancellationToken)
    {
        var directories = new Dictionary<string, string>();
        foreach (var volume in pod.Spec.Volumes)
        {
            var kind = volume.UnknownFields?.Keys.FirstOrDefault() ?? "emptyDir";
            var source = volume.UnknownFields is { Count: > 0 } fields ? JsonSerializer.SerializeToNode(fields[kind]) : null;
            if (kind == "hostPath")
            {
                directories[volume.Name!] = HostPath.Find(volume.Name!, source);
                continue;
            }

            var files = await ReadAsync(volume.Name!, kind, source, pod, cancellationToken).ConfigureAwait(false);
            var directory = Path.Combine(paths.PodVolumes(pod), volume.Name!);
            Directory.CreateDirectory(directory);
            foreach (var (name, content) in files)
            {
                await File.WriteAllBytesAsync(Path.Combine(directory, name), content, cancellationToken).ConfigureAwait(false);
            }

            directories[volume.Name!] = directory;
        }

        return directories;
    }

    public void TearDown(Pod pod)
    {
        if (Directory.Exists(paths.PodVolumes(pod)))
        {
            Directory.Delete(paths.PodVolumes(pod), recursive: true);
        }
    }

    public static IReadOnlyList<ContainerMount> MountsOf(Container container, IReadOnlyDictionary<string, string> directories) =>
        [.. container.VolumeMounts
            .Where(mount => directories.ContainsKey(mount.Name ?? ""))
            .Select(mount => new ContainerMount(
                mount.SubPath is { Length: > 0 } part ? RootFileSystem.Map(directories[mount.Name!], part) : directories[mount.Name!],
                mount.MountPath ?? "",
                mount.ReadOnly == true))];

    private async Task<Dictionary<string, byte[]>> ReadAsync(
        string volume, string kind, JsonNode? source, Pod pod, CancellationToken cancellationToken)
    {
        var isOptional = (bool?)source?["optional"] == true;
        switch (kind)
        {
            case "emptyDir":
                return [];
            case "configMap":
                var mapName = (string?)source?["name"] ?? "";
                var map = await api.FindAsync<ConfigMap>(mapName, pod.Metadata.Namespace, cancellationToken).ConfigureAwait(false);
                var text = map?.Data.ToDictionary(pair => pair.Key, pair => Encoding.UTF8.GetBytes(pair.Value));
                return Select(volume, text?.Concat(map!.BinaryData).ToDictionary(), source, isOptional, $"configmap \"{mapName}\" not found");
            case "secret":
                var secretName = (string?)source?["secretName"] ?? "";
                var secret = await api.FindAsync<Secret>(secretName, pod.Metadata.Namespace, cancellationToken).ConfigureAwait(false);
                return Select(volume, secret?.Data, source, isOptional, $"secret \"{secretName}\" not found");
            default:
                throw new VolumeException(
                    $"MountVolume.SetUp failed for volume \"{volume}\" : volumes of kind {kind} are not supported by this node; it has {string.Join(", ", Supported)}");
        }
    }

    // The field "items" picks keys and renames them.
    private static Dictionary<string, byte[]> Select(
        string volume, Dictionary<string, byte[]>? data, JsonNode? source, bool isOptional, string missing)
    {
        if (data is null)
        {
            return isOptional ? [] : throw new VolumeException($"MountVolume.SetUp failed for volume \"{volume}\" : {missing}");
        }

        return source?["items"] is JsonArray items
            ? items.Where(item => data.ContainsKey((string?)item?["key"] ?? ""))
                .ToDictionary(item => Path.GetFileName((string?)item!["path"] ?? ""), item => data[(string)item!["key"]!])
            : data;
    }
}
