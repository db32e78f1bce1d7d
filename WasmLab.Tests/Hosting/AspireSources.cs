using System.Runtime.CompilerServices;

namespace WasmLab.Tests.Hosting;

/// <summary>The sources that build on Aspire.</summary>
internal static class AspireSources
{
    /// <summary>The projects that they refer to.</summary>
    public static IReadOnlyList<string> Referenced { get; } =
        ["WasmLab.Kubernetes", "WasmLab.Oci", "WasmLab.ServiceDefaults", "WasmLab.EmbeddedCluster", "WasmLab.Wasm", "WasmLab.Shim"];

    /// <summary>Debug or Release, as these tests were built.</summary>
    public static string Configuration { get; } =
        Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)))!;

    /// <summary>Where a project's build goes, in a given root.</summary>
    public static string OutputOf(string root, string project) => Path.Combine(root, project, "bin", Configuration, "net10.0");

    public static string RepositoryRoot { get; } = Locate();

    /// <summary>Copies a folder without what was built in it.</summary>
    public static void Copy(string source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in Directory.EnumerateFiles(source))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        foreach (var folder in Directory.EnumerateDirectories(source).Where(folder => Path.GetFileName(folder) is not ("bin" or "obj" or ".wasmlab")))
        {
            Copy(folder, Path.Combine(target, Path.GetFileName(folder)));
        }
    }

    private static string Locate([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
