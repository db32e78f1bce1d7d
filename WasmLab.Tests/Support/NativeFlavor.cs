using System.Runtime.InteropServices;

namespace WasmLab.Tests.Support;

/// <summary>Where the lab has a native program without a Rust toolchain.</summary>
internal static class NativeFlavor
{
    public static bool IsPrebuilt => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>The flavors that run on this machine without any toolchain.</summary>
    public static string[] Runnable => IsPrebuilt ? ["native", "embed", "runtime"] : ["embed", "runtime"];
}
