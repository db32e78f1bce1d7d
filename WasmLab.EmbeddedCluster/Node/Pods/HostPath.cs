using System.Text.Json.Nodes;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>A volume that is a file or directory of the node itself.</summary>
internal static class HostPath
{
    /// <exception cref="VolumeException">It is not there, or not of the type that the pod names.</exception>
    public static string Find(string volume, JsonNode? source)
    {
        var path = (string?)source?["path"] ?? "";
        var type = (string?)source?["type"] ?? "";
        switch (type)
        {
            case "DirectoryOrCreate":
                Directory.CreateDirectory(path);
                break;
            case "FileOrCreate" when !Path.Exists(path):
                File.Create(path).Dispose();
                break;
        }

        var isThere = type switch
        {
            "Directory" or "DirectoryOrCreate" => Directory.Exists(path),
            "File" or "FileOrCreate" => File.Exists(path),
            _ => type.Length == 0 || Path.Exists(path),
        };
        return isThere
            ? path
            : throw new VolumeException($"MountVolume.SetUp failed for volume \"{volume}\" : hostPath type check failed: {path} is not a {type}");
    }
}
