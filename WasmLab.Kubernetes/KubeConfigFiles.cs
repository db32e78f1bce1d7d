namespace WasmLab.Kubernetes;

/// <summary>The kubeconfig of this machine's user, found and put together as kubectl does.</summary>
public static class KubeConfigFiles
{
    private const string Variable = "KUBECONFIG";

    /// <summary>The files that the environment variable <c>KUBECONFIG</c> lists; without it <c>.kube/config</c> in the home folder.</summary>
    public static IReadOnlyList<string> Paths()
    {
        var listed = (Environment.GetEnvironmentVariable(Variable) ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return listed.Length > 0 ? listed : [Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")];
    }

    /// <summary>The files as one: of entries of the same name the first wins, files that are not there are left out. Paths in it are absolute.</summary>
    /// <exception cref="FileNotFoundException">None of the files is there; the message names them.</exception>
    /// <exception cref="FormatException">One is no kubeconfig; the message names it.</exception>
    public static KubeConfig Load(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        KubeConfig? merged = null;
        foreach (var path in paths.Where(File.Exists).Reverse())
        {
            var config = KubeConfig.Load(path);
            config.MakePathsAbsolute();
            var current = config.CurrentContext ?? merged?.CurrentContext;
            (merged ??= new()).Merge(config);
            merged.CurrentContext = current;
        }

        return merged ?? throw new FileNotFoundException(
            $"there is no kubeconfig: {string.Join(", ", paths)} {(paths.Count == 1 ? "is" : "are")} missing (the environment variable {Variable} names others)");
    }
}
