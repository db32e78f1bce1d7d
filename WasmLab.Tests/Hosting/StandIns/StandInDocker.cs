using WasmLab.Hosting.Lab;
using WasmLab.Hosting.WasmShims;
using WasmLab.Oci;
using WasmLab.Oci.Layout;

namespace WasmLab.Tests.Hosting.StandIns;

/// <summary>docker: tells its version, "builds" images (the lab's own runtime stands in for WasmEdge), saves, loads and pushes them.</summary>
internal sealed class StandInDocker : IDisposable
{
    public const string Running =
        """{"Client":{"Platform":{"Name":"Docker Engine - Community"},"Version":"28.2.2","ApiVersion":"1.50","Os":"linux","Arch":"amd64"},"Server":{"Platform":{"Name":"Docker Engine - Community"},"Version":"28.2.2","Os":"linux","Arch":"amd64"}}""";

    private const string NotRunning =
        """{"Client":{"Platform":{"Name":"Docker Engine - Community"},"Version":"28.2.2","ApiVersion":"1.50","Os":"linux","Arch":"amd64"},"Server":null}""";

    private readonly Dictionary<string, Platform> _built = [];
    private readonly Dictionary<string, string> _tags = [];
    private readonly Support.TemporaryDirectory _loaded = new();

    /// <summary>Where pushed images go, as the nodes see them.</summary>
    public Func<ImageStore?> Registry { get; set; } = () => null;

    /// <summary>What <c>docker version</c> answers.</summary>
    public ToolAnswer Version { get; set; } = ToolAnswer.Of(Running);

    /// <summary>What <c>docker build</c> answers instead of building.</summary>
    public ToolAnswer? BuildFailure { get; set; }

    /// <summary>What <c>docker push</c> answers instead of pushing.</summary>
    public ToolAnswer? PushFailure { get; set; }

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
            case "load":
                await using (var archive = File.OpenRead(call.Option("-i")!))
                {
                    await new ImageStore(_loaded.Path).ImportAsync(archive);
                }

                return ToolAnswer.Silent;
            case "tag":
                _tags[call.Arguments[2]] = call.Arguments[1];
                return ToolAnswer.Silent;
            case "push" when PushFailure is { } failure:
                return failure;
            case "push":
                await PushAsync(call.Arguments[1]);
                return ToolAnswer.Silent;
            case "manifest":
                return Registry()?.Find(ImageReference.Parse(call.Arguments[2])) is null ? ToolAnswer.Failed(1, $"no such manifest: {call.Arguments[2]}") : ToolAnswer.Of("{}");
            default:
                return ToolAnswer.Failed(1, $"Error response from daemon: No such image: {call.Arguments[^1]}");
        }
    }

    public void Dispose() => _loaded.Dispose();

    private async Task PushAsync(string name)
    {
        var store = new ImageStore(_loaded.Path);
        using var archive = new MemoryStream();
        await store.ExportAsync(ImageReference.Parse(_tags[name]), archive);

        // The same image under another name: containers find it by that one.
        archive.Position = 0;
        var registry = Registry()!;
        var imported = (await registry.ImportAsync(archive)).Single().ToString();
        await new LayoutIndex(registry.Directory).ChangeAsync(
            entries => entries.Select(entry => entry.Annotations!.ContainsValue(imported)
                ? entry with { Annotations = new(StringComparer.Ordinal) { [Annotations.ReferenceName] = ImageReference.Parse(name).ToString() } }
                : entry),
            CancellationToken.None);
    }

    private static async Task SaveAsync(string reference, Platform platform, string path)
    {
        var flavor = reference[(reference.LastIndexOf(':') + 1)..];
        var folder = Path.GetDirectoryName(LabPrograms.Shim)!;
        var runtime = ShimFiles.Of(folder).Select(file => file.Path == "wasmlab-shim"
            ? LayerEntry.FromFile("usr/local/bin/wasmedge", file.File.FullName, LayerEntry.Executable)
            : LayerEntry.FromFile("usr/local/bin/" + file.Path, file.File.FullName));
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
