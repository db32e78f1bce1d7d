using System.Reflection;
using System.Runtime.InteropServices;

namespace WasmLab.Hosting.Lab;

/// <summary>Where the lab's own programs were built, and the <c>dotnet</c> that runs them.</summary>
internal static class LabPrograms
{
    /// <summary>Path of <c>wasmlab-cluster.dll</c>.</summary>
    public static string Cluster => Read("ClusterProgram");

    /// <summary>Path of <c>wasmlab-shim.dll</c>.</summary>
    public static string Shim => Read("ShimProgram");

    /// <summary>The muxer of the runtime this process runs on: found even where <c>dotnet</c> is not on the PATH.</summary>
    public static string Dotnet { get; } = FindDotnet();

    private static string Read(string key)
    {
        var path = typeof(LabPrograms).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => attribute.Key == key)?.Value;

        return path is not null && File.Exists(path)
            ? path
            : throw new DistributedApplicationException(
                $"The program '{path ?? key}' is missing: it is built together with WasmLab.Hosting. Build the solution again (dotnet build).");
    }

    private static string FindDotnet()
    {
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var muxer = Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        return File.Exists(muxer) ? muxer : "dotnet";
    }
}
