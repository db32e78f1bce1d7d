using System.Runtime.CompilerServices;

namespace WasmLab.Tests.Wasi.RealPrograms;

/// <summary>
/// Where the programs are that <c>setup.sh</c> gets: the folder that WASMLAB_REAL_PROGRAMS names, or <c>real-programs</c> in the tools' folder.
/// </summary>
internal static class RealPrograms
{
    public static string Folder { get; } =
        Environment.GetEnvironmentVariable("WASMLAB_REAL_PROGRAMS") is { Length: > 0 } given ? given
        : Path.Combine(
            Environment.GetEnvironmentVariable("WASMLAB_CI_TOOLS") is { Length: > 0 } tools ? tools
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "wasmlab-ci"),
            "real-programs");

    /// <summary>Skips the test when a program is not there.</summary>
    public static void Require(params string[] names)
    {
        foreach (var name in names)
        {
            Assert.SkipUnless(File.Exists(PathOf(name)), $"{PathOf(name)} is missing: run WasmLab.Tests/Wasi/RealPrograms/setup.sh {Folder}, or set WASMLAB_REAL_PROGRAMS");
        }
    }

    /// <summary>Skips the test when there is no Node, whose WASI is the measure.</summary>
    public static void RequireNode() =>
        Assert.SkipUnless(
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "node"))),
            "node is not on PATH");

    public static string PathOf(string name) => Path.Combine(Folder, name);

    /// <summary>A script of this folder.</summary>
    public static string Script(string name, [CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, name);
}
