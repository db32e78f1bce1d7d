using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace WasmLab.Tests.Nodes;

/// <summary><c>node.sh</c> and the node that it sets up.</summary>
internal static class NodeScript
{
    public static string Path { get; } = Locate();

    public static string? Unavailable => (OperatingSystem.IsLinux(), RuntimeInformation.ProcessArchitecture, Environment.UserName, File.Exists("/etc/debian_version")) switch
    {
        (true, Architecture.X64, "root", true) => null,
        _ => "a real node needs root on Debian 12, x64",
    };

    public static string Folder { get; } = Environment.GetEnvironmentVariable("WASMLAB_NODE") ?? "/var/lib/wasmlab-node-tests";

    public static string Configuration => System.IO.Path.Combine(Folder, "config.toml");

    public static string WasmRuntime => System.IO.Path.Combine(Folder, "bin", "crun-wasm");

    public static string Containerd => System.IO.Path.Combine(Folder, "root/usr/bin/containerd");

    public static Dictionary<string, string?> Settings
    {
        get
        {
            var script = $"env WASMLAB_NODE={Folder} WASMLAB_NODE_NUMBER={Number} bash {Path}";
            return new()
            {
                ["WasmLab:Nodes:Shell"] = $"{script} enter",
                ["WasmLab:Shim:Source"] = "crun",
                ["WasmLab:Shim:BinaryName"] = WasmRuntime,
                ["WasmLab:Shim:ContainerdConfig"] = Configuration,
                ["WasmLab:Shim:RestartCommand"] = $"{script} restart",
            };
        }
    }

    private static string Number { get; } = Environment.GetEnvironmentVariable("WASMLAB_NODE_NUMBER") ?? "21";

    public static async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await ExecuteAsync("bash", [Path, .. arguments]);
        return code == 0 ? output : throw new InvalidOperationException($"node.sh {string.Join(' ', arguments)} ended with {code}:\n{output}{errors}");
    }

    public static async Task<(int Code, string Output, string Errors)> ExecuteAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["WASMLAB_NODE"] = Folder;
        start.Environment["WASMLAB_NODE_NUMBER"] = Number;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(5));
        return (process.ExitCode, await output, await errors);
    }

    private static string Locate([CallerFilePath] string thisFile = "") => System.IO.Path.Combine(System.IO.Path.GetDirectoryName(thisFile)!, "node.sh");
}
