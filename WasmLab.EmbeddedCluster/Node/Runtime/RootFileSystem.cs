namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>Maps paths that a container uses to paths of the host, below the container's root.</summary>
internal static class RootFileSystem
{
    /// <summary>The host path of an absolute container path; <c>..</c> never leads out of the root.</summary>
    public static string Map(string root, string path)
    {
        var parts = new List<string>();
        foreach (var part in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count > 0)
                {
                    parts.RemoveAt(parts.Count - 1);
                }
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return parts.Count == 0 ? root : Path.Combine([root, .. parts]);
    }

    public static bool Exists(string root, string path) => Path.Exists(Map(root, path));

    /// <summary>Makes a volume visible at its mount path below the root.</summary>
    public static void Link(string root, ContainerMount mount)
    {
        var link = Map(root, mount.MountPath);
        if (link == root)
        {
            throw new ContainerStartException($"cannot mount a volume at \"{mount.MountPath}\": it is the root of the container");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(link)!);
        if (Directory.Exists(link) && new DirectoryInfo(link).LinkTarget is null)
        {
            Directory.Delete(link, recursive: true);
        }

        File.Delete(link);
        Directory.CreateSymbolicLink(link, mount.HostPath);
    }
}
