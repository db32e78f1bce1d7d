using System.Runtime.CompilerServices;

namespace WasmLab.Tests.Hosting;

/// <summary>The sources that build on Aspire.</summary>
internal static class AspireSources
{
    /// <summary>The projects that they refer to, with the names of their assemblies.</summary>
    public static IReadOnlyDictionary<string, string> Referenced { get; } = new Dictionary<string, string>
    {
        ["WasmLab.Kubernetes"] = "WasmLab.Kubernetes",
        ["WasmLab.Oci"] = "WasmLab.Oci",
        ["WasmLab.ServiceDefaults"] = "WasmLab.ServiceDefaults",
        ["WasmLab.EmbeddedCluster"] = "wasmlab-cluster",
        ["WasmLab.Wasm"] = "WasmLab.Wasm",
        ["WasmLab.Shim"] = "wasmlab-shim",
    };

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
