using System.Runtime.CompilerServices;

namespace WasmLab.Tests.Assets;

/// <summary>Where the repository's <c>assets</c> are.</summary>
internal static class AssetFiles
{
    public static string Root { get; } = Locate();

    public static string PathOf(string name) => Path.Combine(Root, name.Replace('/', Path.DirectorySeparatorChar));

    private static string Locate([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "assets"));
}
