using System.Runtime.InteropServices;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>The .NET installation that this process runs on.</summary>
internal static class DotnetHost
{
    // The runtime's directory is ROOT/shared/Microsoft.NETCore.App/VERSION/.
    public static string Root { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));

    public static string Executable { get; } =
        Path.Combine(Root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
}
