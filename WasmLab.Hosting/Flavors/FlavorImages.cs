using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.WasmShims;
using WasmLab.Oci;

namespace WasmLab.Hosting.Flavors;

/// <summary>Builds the flavors' images into the lab's local store.</summary>
internal sealed class FlavorImages(LabOptions options, NativeProgram nativeProgram, NodePlatform nodePlatform, DockerBuild docker)
{
    private const string ProgramPath = "httpbin";
    private const string ModulePath = "httpbin.wasm";
    private const string RuntimeDirectory = "usr/local/bin";
    private const string RuntimeName = "wasmedge";
    private const string Port = "3000/tcp";

    private readonly ImageStore _store = new(options.ImagesDirectory);

    /// <summary>Builds one flavor's image and keeps it; the same input gives the same digest.</summary>
    public async Task BuildAsync(string flavor, FlavorImageAnnotation annotation, LabStep step, CancellationToken cancellationToken)
    {
        var reference = ImageReference.Parse(annotation.Reference);
        var platform = await nodePlatform.FindAsync(cancellationToken).ConfigureAwait(false);
        if (DockerSources(annotation.Content, platform) is { } sources)
        {
            await docker.RunAsync(flavor, sources, reference, platform, step, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            step.ByHand($"docker build -f assets/httpbin/{flavor}.Dockerfile -t {annotation.Reference} assets/httpbin    # the lab puts it together without docker");
            if (!step.IsRehearsal)
            {
                var builder = await BuilderAsync(flavor, annotation.Content, platform, step, cancellationToken).ConfigureAwait(false);
                await _store.SaveAsync(reference, builder.Build(), cancellationToken).ConfigureAwait(false);
            }
        }

        if (step.IsRehearsal)
        {
            return;
        }

        if (_store.Find(reference) is { } image)
        {
            step.Logger.LogInformation("Built {Reference}: {Digest}, {Size} bytes.", annotation.Reference, image.Digest, image.Size);
            await step.SetPropertyAsync("Image digest", image.Digest, highlighted: false).ConfigureAwait(false);
            await step.SetPropertyAsync("Image size", $"{image.Size / 1024.0:0.#} kB").ConfigureAwait(false);
        }
    }

    /// <summary>The image that was built, or null.</summary>
    public ImageManifestInfo? Find(ImageReference reference) => _store.Find(reference);

    /// <summary>Writes an image as an archive that containerd and Docker load.</summary>
    public async Task ExportAsync(ImageReference reference, string path, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var archive = File.Create(path);
        await using (archive.ConfigureAwait(false))
        {
            await _store.ExportAsync(reference, archive, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The folder that docker builds the image from; null when the lab can put it together itself.</summary>
    private string? DockerSources(FlavorImageContent content, Platform platform) => content switch
    {
        FlavorImageContent.Native native when !nativeProgram.CanProvide(native, platform) => native.Sources,
        FlavorImageContent.Embed embed when options.Cluster != ClusterKind.Embedded && options.Images.EmbedBase is null => embed.Sources,
        _ => null,
    };

    private async Task<ImageBuilder> BuilderAsync(
        string flavor, FlavorImageContent content, Platform platform, LabStep step, CancellationToken cancellationToken)
    {
        var builder = content switch
        {
            FlavorImageContent.Native native => Native(await nativeProgram.FindAsync(native, platform, step, cancellationToken).ConfigureAwait(false)),
            FlavorImageContent.Embed embed => Embed(flavor, Existing(embed.Module)),
            FlavorImageContent.Runtime runtime => Runtime(runtime.Module),
            _ => throw new InvalidOperationException($"Unknown content {content}."),
        };
        builder.Platform = platform;
        builder.Environment["FLAVOR"] = flavor;
        builder.ExposedPorts.Add(Port);
        return builder;
    }

    private static ImageBuilder Native(string program) =>
        new ImageBuilder { Entrypoint = ["/" + ProgramPath] }
            .AddLayer(LayerEntry.FromFile(ProgramPath, program, LayerEntry.Executable));

    private static ImageBuilder Runtime(string module) =>
        new ImageBuilder { Entrypoint = ["/" + ModulePath] }
            .AddLayer(LayerEntry.FromFile(ModulePath, Existing(module)));

    /// <summary>WasmEdge from a folder of the user's, or the lab's own runtime, which takes the same command line.</summary>
    private ImageBuilder Embed(string flavor, string module) =>
        new ImageBuilder { Command = [RuntimeName, "--env", $"FLAVOR={flavor}", "--dir", ".:/", "/" + ModulePath] }
            .AddLayer(options.Images.EmbedBase is { } folder ? FilesOf(folder) : OwnRuntime())
            .AddLayer(LayerEntry.FromFile(ModulePath, module));

    private static IEnumerable<LayerEntry> OwnRuntime()
    {
        var shim = Path.GetFileNameWithoutExtension(LabPrograms.Shim);
        return ShimFiles.Of(Path.GetDirectoryName(LabPrograms.Shim)!).Select(file =>
        {
            var isProgram = Path.GetFileNameWithoutExtension(file.Path) == shim && file.File.Extension is "" or ".exe";
            return LayerEntry.FromFile(
                $"{RuntimeDirectory}/{(isProgram ? RuntimeName + file.File.Extension : file.Path)}",
                file.File.FullName,
                isProgram ? LayerEntry.Executable : LayerEntry.PlainFile);
        });
    }

    private static IEnumerable<LayerEntry> FilesOf(string folder) =>
        Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(file => LayerEntry.FromFile(
                Path.GetRelativePath(folder, file).Replace('\\', '/'), file, IsExecutable(file) ? LayerEntry.Executable : LayerEntry.PlainFile))
            : throw new DistributedApplicationException($"WasmLab:Images:EmbedBase is '{folder}', but there is no such folder.");

    private static bool IsExecutable(string file) =>
        !OperatingSystem.IsWindows() && File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute);

    private static string Existing(string module) =>
        File.Exists(module)
            ? module
            : throw new DistributedApplicationException(
                $"The module '{module}' is missing: assets/httpbin/build.sh wasm builds it, or take it from the repository again (git checkout -- assets).");
}
