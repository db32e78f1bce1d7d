using WasmLab.Hosting.Lab;
using WasmLab.Hosting.WasmShims;
using WasmLab.Oci;

namespace WasmLab.Tests.Hosting.StandIns;

/// <summary>docker: tells its version, "builds" the embed image (the lab's own runtime stands in for WasmEdge), and saves it.</summary>
internal sealed class StandInDocker
{
    public const string Running =
        """{"Client":{"Platform":{"Name":"Docker Engine - Community"},"Version":"28.2.2","ApiVersion":"1.50","Os":"linux","Arch":"amd64"},"Server":{"Platform":{"Name":"Docker Engine - Community"},"Version":"28.2.2","Os":"linux","Arch":"amd64"}}""";

    private const string NotRunning =
        """{"Client":{"Platform":{"Name":"Docker Engine - Community"},"Version":"28.2.2","ApiVersion":"1.50","Os":"linux","Arch":"amd64"},"Server":null}""";

    private readonly Dictionary<string, Platform> _built = [];

    /// <summary>What <c>docker version</c> answers.</summary>
    public ToolAnswer Version { get; set; } = ToolAnswer.Of(Running);

    /// <summary>What <c>docker build</c> answers instead of building.</summary>
    public ToolAnswer? BuildFailure { get; set; }

    public static ToolAnswer DaemonDown => ToolAnswer.Failed(
        1, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", NotRunning + "\n");

    public async Task<ToolAnswer> AnswerAsync(ToolCall call)
    {
        switch (call.Arguments[0])
        {
            case "version":
                return Version;
            case "build" when BuildFailure is { } failure:
                return failure;
            case "build":
                var platform = call.Option("--platform")!.Split('/');
                _built[call.Option("-t")!] = new Platform(platform[0], platform[1]);
                return new ToolAnswer(Error: "#9 exporting to image\n#9 DONE 0.1s\n");
            case "save" when _built.TryGetValue(call.Arguments[^1], out var built):
                await SaveAsync(call.Arguments[^1], built, call.Option("-o")!);
                return ToolAnswer.Silent;
            default:
                return ToolAnswer.Failed(1, $"Error response from daemon: No such image: {call.Arguments[^1]}");
        }
    }

    private static async Task SaveAsync(string reference, Platform platform, string path)
    {
        var flavor = reference[(reference.LastIndexOf(':') + 1)..];
        var folder = Path.GetDirectoryName(LabPrograms.Shim)!;
        var runtime = ShimFiles.Of(folder).Select(file => file.Name == "wasmlab-shim"
            ? LayerEntry.FromFile("usr/local/bin/wasmedge", file.FullName, LayerEntry.Executable)
            : LayerEntry.FromFile("usr/local/bin/" + file.Name, file.FullName));
        var builder = new ImageBuilder
        {
            Platform = platform,
            Command = ["wasmedge", "--env", $"FLAVOR={flavor}", "--dir", ".:/", "/httpbin.wasm"],
        };
        builder.AddLayer(runtime).AddLayer(LayerEntry.FromFile("httpbin.wasm", Path.Combine(AspireSources.RepositoryRoot, "assets", "modules", "httpbin.wasm")));

        using var layout = new Support.TemporaryDirectory();
        var store = new ImageStore(layout.Path);
        var parsed = ImageReference.Parse(reference);
        await store.SaveAsync(parsed, builder.Build());
        await using var output = File.Create(path);
        await store.ExportAsync(parsed, output);
    }
}
