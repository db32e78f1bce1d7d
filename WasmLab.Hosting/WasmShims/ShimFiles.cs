namespace WasmLab.Hosting.WasmShims;

/// <summary>The files that make up the program <c>wasmlab-shim</c>.</summary>
internal static class ShimFiles
{
    /// <summary>The program's files in its build folder, in the order of their names.</summary>
    public static IEnumerable<FileInfo> Of(string directory) =>
        new DirectoryInfo(directory).EnumerateFiles()
            .Where(file => file.Extension is ".dll" or ".exe" or "" || file.Name.EndsWith(".deps.json", StringComparison.Ordinal)
                || file.Name.EndsWith(".runtimeconfig.json", StringComparison.Ordinal))
            .OrderBy(file => file.Name, StringComparer.Ordinal);
}
