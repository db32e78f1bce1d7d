using System.Diagnostics;
using System.Runtime.InteropServices;

namespace WasmLab.Tests.Assets;

/// <summary>The prebuilt native server.</summary>
public sealed class NativeHttpbin : HttpbinServer
{
    public static string Program { get; } = AssetFiles.PathOf("modules/linux-x64/httpbin");

    public static string? WhyMissing =>
        OperatingSystem.IsLinux() && RuntimeInformation.OSArchitecture == Architecture.X64 ? null : "the prebuilt native server is for Linux on x64";

    public override string Flavor => "native";

    /// <summary>Starts a server with these settings.</summary>
    public static Process StartWith(IReadOnlyDictionary<string, string> environment) => Run(Program, [], environment);

    protected override string? Missing() => WhyMissing;

    protected override Process Start(IReadOnlyDictionary<string, string> environment) => StartWith(environment);
}

/// <summary>The module, in the lab's own engine.</summary>
public sealed class ModuleHttpbin : HttpbinServer
{
    public override string Flavor => "runtime";

    protected override string? Missing() => null;

    protected override Process Start(IReadOnlyDictionary<string, string> environment) =>
        Run(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "wasmlab-shim.dll"), "run", AssetFiles.PathOf("modules/httpbin.wasm"), .. Options(environment)]);
}

/// <summary>The module, in a real WasmEdge: the words before its options are in the variable WASMLAB_WASMEDGE, for example
/// <c>chroot /srv/trixie wasmedge</c>; the module is then handed over at its path there, WASMLAB_WASMEDGE_MODULE.</summary>
public sealed class WasmEdgeHttpbin : HttpbinServer
{
    private readonly string? command = Environment.GetEnvironmentVariable("WASMLAB_WASMEDGE");
    private readonly string module = Environment.GetEnvironmentVariable("WASMLAB_WASMEDGE_MODULE") ?? AssetFiles.PathOf("modules/httpbin.wasm");

    public override string Flavor => "runtime";

    protected override string? Missing() => command is null ? "WASMLAB_WASMEDGE does not name a WasmEdge" : null;

    protected override Process Start(IReadOnlyDictionary<string, string> environment)
    {
        var words = command!.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return Run(words[0], [.. words[1..], .. Options(environment), module]);
    }
}
