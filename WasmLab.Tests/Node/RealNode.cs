using System.Diagnostics;
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

    /// <summary>The OCI runtime that runs WebAssembly through WasmEdge.</summary>
    public static string WasmRuntime => Path.Combine(Folder, "bin", "crun-wasm");

    /// <summary>A folder with wasmedge and its libraries, for the embed flavor's image.</summary>
    public static string EmbedBase => Path.Combine(Folder, "wasmedge-base");

    public static string Endpoint => $"unix://{Folder}/containerd.sock";

    public static string Address => $"10.89.{Number}.2";

    /// <summary>Sets the node up, or skips the test where there can be none.</summary>
    /// <param name="handler">A handler that WasmEdge has from the beginning; null for none.</param>
    public static async Task<RealNode> StartAsync(string? handler = Handler)
    {
        Assert.SkipUnless(Unavailable is null, Unavailable ?? "");
        var node = new RealNode();
        await RunAsync("down");
        await RunAsync(["up", .. handler is null ? Array.Empty<string>() : [handler]]);
        return node;
    }

    /// <summary>Runs the script; gives what it wrote.</summary>
    public static async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[Script, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["WASMLAB_NODE"] = Folder;
        start.Environment["WASMLAB_NODE_NUMBER"] = Number;
        start.Environment["WASMLAB_NODE_OWNER"] = $"{Environment.ProcessId}";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Deadline);
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"node.sh {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{await output}{await errors}");
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

    /// <summary>The IDs of everything that containerd runs or has run.</summary>
    public static async Task<string[]> ContainersAsync() =>
        (await RunAsync("ctr", "containers", "ls", "-q")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    public async ValueTask DisposeAsync() => await RunAsync("down");

    private static string Locate([CallerFilePath] string thisFile = "") => Path.Combine(Path.GetDirectoryName(thisFile)!, "node.sh");
}
