namespace WasmLab.Hosting.WasmShims;

/// <summary>The files that make up the program <c>wasmlab-shim</c>: its own, and the code of modules that it brings along.</summary>
internal static class ShimFiles
{
    private const string PrecompiledDirectory = "precompiled";

    /// <summary>The program's files in its build folder, in the order of their names.</summary>
    public static IEnumerable<ShimFile> Of(string directory)
    {
        var program = new DirectoryInfo(directory).EnumerateFiles()
            .Where(file => file.Extension is ".dll" or ".exe" or "" || file.Name.EndsWith(".deps.json", StringComparison.Ordinal)
                || file.Name.EndsWith(".runtimeconfig.json", StringComparison.Ordinal))
            .Select(file => new ShimFile(file.Name, file));
        var precompiled = new DirectoryInfo(Path.Combine(directory, PrecompiledDirectory));
        return program
            .Concat(precompiled.Exists ? precompiled.EnumerateFiles("*.dll").Select(file => new ShimFile($"{PrecompiledDirectory}/{file.Name}", file)) : [])
            .OrderBy(file => file.Path, StringComparer.Ordinal);
    }
}

/// <summary>A file of the program.</summary>
/// <param name="Path">Its path relative to the program's folder, with slashes.</param>
/// <param name="File">Where it is.</param>
internal sealed record ShimFile(string Path, FileInfo File);
