using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using WasmLab.Oci;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Nodes;

/// <summary>
/// A real node of Debian's packages, which <c>node.sh</c> sets up in a network namespace. It goes down with <see cref="DisposeAsync"/>,
/// and with the test process in any case. The variables WASMLAB_NODE and WASMLAB_NODE_NUMBER choose another folder and number.
/// </summary>
internal sealed class RealNode : IAsyncDisposable
{
    /// <summary>The handler that WasmEdge has on this node.</summary>
    public const string Handler = "wasmedgev1";

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(5);

    private RealNode()
    {
    }

    /// <summary>Why there can be no such node on this machine; null when there can.</summary>
    public static string? Unavailable => (OperatingSystem.IsLinux(), RuntimeInformation.ProcessArchitecture, Environment.UserName, File.Exists("/etc/debian_version")) switch
    {
        (true, Architecture.X64, "root", true) => null,
        _ => "a real node needs root on Debian 12, x64",
    };

    public static string Folder { get; } = Environment.GetEnvironmentVariable("WASMLAB_NODE") ?? "/var/lib/wasmlab-node-tests";

    public static string Number { get; } = Environment.GetEnvironmentVariable("WASMLAB_NODE_NUMBER") ?? "31";

    public static string Script { get; } = Locate();

    /// <summary>Where containerd's configuration is.</summary>
    public static string Configuration => Path.Combine(Folder, "config.toml");

    public static string Containerd => Path.Combine(Folder, "root", "usr", "bin", "containerd");

    /// <summary>The OCI runtime that runs WebAssembly through WasmEdge.</summary>
    public static string WasmRuntime => Path.Combine(Folder, "bin", "crun-wasm");

    /// <summary>A folder with wasmedge and its libraries, for the embed flavor's image.</summary>
    public static string EmbedBase => Path.Combine(Folder, "wasmedge-base");

    public static string Endpoint => $"unix://{Folder}/containerd.sock";

    public static string Address => $"10.89.{Number}.2";

    /// <summary>The lab's settings for this node.</summary>
    public static Dictionary<string, string?> Settings
    {
        get
        {
            var script = $"env WASMLAB_NODE={Folder} WASMLAB_NODE_NUMBER={Number} bash {Script}";
            return new()
            {
                ["WasmLab:Nodes:Shell"] = $"{script} enter",
                ["WasmLab:Shim:Source"] = "crun",
                ["WasmLab:Shim:BinaryName"] = WasmRuntime,
                ["WasmLab:Shim:ContainerdConfig"] = Configuration,
                ["WasmLab:Shim:RestartCommand"] = $"{script} restart",
                ["WasmLab:Images:EmbedBase"] = EmbedBase,
            };
        }
    }

    /// <summary>Sets the node up; to be called where it is not <see cref="Unavailable"/>.</summary>
    /// <param name="handler">A handler that WasmEdge has from the beginning; null for none.</param>
    public static async Task<RealNode> StartAsync(string? handler = Handler)
    {
        var node = new RealNode();
        await RunAsync("down");
        await RunAsync(["up", .. handler is null ? Array.Empty<string>() : [handler]]);
        return node;
    }

    /// <summary>Runs the script; gives what it wrote.</summary>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, errors) = await ExecuteAsync("bash", [Script, .. arguments]);
        return code == 0 ? output : throw new InvalidOperationException($"node.sh {string.Join(' ', arguments)} ended with {code}:\n{output}{errors}");
    }

    /// <summary>Runs a program of this machine, with the variables that the script wants.</summary>
    public static async Task<(int Code, string Output, string Errors)> ExecuteAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["WASMLAB_NODE"] = Folder;
        start.Environment["WASMLAB_NODE_NUMBER"] = Number;
        start.Environment["WASMLAB_NODE_OWNER"] = $"{Environment.ProcessId}";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Deadline);
        return (process.ExitCode, await output, await errors);
    }

    /// <summary>Loads an image as <c>docker load</c> does.</summary>
    public static async Task LoadAsync(string reference, ImageBuilder image)
    {
        using var directory = new TemporaryDirectory();
        var store = new ImageStore(directory["store"]);
        var parsed = ImageReference.Parse(reference);
        await store.SaveAsync(parsed, image.Build());
        await using (var archive = File.Create(directory["image.tar"]))
        {
            await store.ExportAsync(parsed, archive);
        }

        await RunAsync("ctr", "images", "import", directory["image.tar"]);
    }

    /// <summary>The process of containerd.</summary>
    public static async Task<int> ContainerdAsync() =>
        int.Parse(await File.ReadAllTextAsync(Path.Combine(Folder, "containerd.pid")), CultureInfo.InvariantCulture);

    /// <summary>The IDs of everything that containerd runs or has run.</summary>
    public static async Task<string[]> ContainersAsync() =>
        (await RunAsync("ctr", "containers", "ls", "-q")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public async ValueTask DisposeAsync() => await RunAsync("down");

    private static string Locate([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "node.sh");
}
