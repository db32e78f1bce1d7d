using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.WasmShims;
using WasmLab.Oci;

namespace WasmLab.Hosting.Flavors;

/// <summary>Builds the flavors' images into the lab's local store.</summary>
internal sealed class FlavorImages(LabOptions options, NativeProgram nativeProgram)
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
        step.ByHand($"docker build -f assets/httpbin/{flavor}.Dockerfile -t {annotation.Reference} assets/httpbin");

        if (step.IsRehearsal)
        {
            return;
        }

        var builder = annotation.Content switch
        {
            FlavorImageContent.Native native => Native(await nativeProgram.FindAsync(native, step, cancellationToken).ConfigureAwait(false)),
            FlavorImageContent.Embed embed => Embed(flavor, embed.Module),
            FlavorImageContent.Runtime runtime => Runtime(runtime.Module),
            _ => throw new InvalidOperationException($"Unknown content {annotation.Content}."),
        };
        builder.Environment["FLAVOR"] = flavor;
        builder.ExposedPorts.Add(Port);

        await _store.SaveAsync(reference, builder.Build(), cancellationToken).ConfigureAwait(false);
        if (_store.Find(reference) is { } image)
        {
            step.Logger.LogInformation("Built {Reference}: {Digest}, {Size} bytes.", annotation.Reference, image.Digest, image.Size);
            await step.SetPropertyAsync("Image digest", image.Digest, highlighted: false).ConfigureAwait(false);
            await step.SetPropertyAsync("Image size", $"{image.Size / 1024.0:0.#} kB").ConfigureAwait(false);
        }
    }

    private static ImageBuilder Native(string program) =>
        new ImageBuilder { Entrypoint = ["/" + ProgramPath] }
            .AddLayer(LayerEntry.FromFile(ProgramPath, program, LayerEntry.Executable));

    private static ImageBuilder Runtime(string module) =>
        new ImageBuilder { Entrypoint = ["/" + ModulePath] }
            .AddLayer(LayerEntry.FromFile(ModulePath, Existing(module)));

    /// <summary>WasmEdge's command line; the program of that name is the lab's own runtime, which reads it the same way.</summary>
    private static ImageBuilder Embed(string flavor, string module)
    {
        var shim = Path.GetFileNameWithoutExtension(LabPrograms.Shim);
        var runtime = ShimFiles.Of(Path.GetDirectoryName(LabPrograms.Shim)!).Select(file =>
        {
            var isProgram = Path.GetFileNameWithoutExtension(file.Name) == shim && file.Extension is "" or ".exe";
            return LayerEntry.FromFile(
                $"{RuntimeDirectory}/{(isProgram ? RuntimeName + file.Extension : file.Name)}",
                file.FullName,
                isProgram ? LayerEntry.Executable : LayerEntry.PlainFile);
        });

        return new ImageBuilder { Command = [RuntimeName, "--env", $"FLAVOR={flavor}", "--dir", ".:/", "/" + ModulePath] }
            .AddLayer(runtime)
            .AddLayer(LayerEntry.FromFile(ModulePath, Existing(module)));
    }

    private static string Existing(string module) =>
        File.Exists(module)
            ? module
            : throw new DistributedApplicationException(
                $"The module '{module}' is missing: assets/httpbin/build.sh wasm builds it, or take it from the repository again (git checkout -- assets).");
}
