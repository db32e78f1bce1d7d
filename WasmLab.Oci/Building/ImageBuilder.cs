using System.Text.Json;

using WasmLab.Oci.Building;
using WasmLab.Oci.Layout;

namespace WasmLab.Oci;

/// <summary>Builds an image. The same input gives the same digests, on every machine and at every time.</summary>
public sealed class ImageBuilder
{
    private const string Created = "1970-01-01T00:00:00Z";

    private readonly List<IReadOnlyList<LayerEntry>> layers = [];

    /// <summary>What the image's programs run on; <see cref="Oci.Platform.Linux"/> unless set.</summary>
    public Platform Platform { get; set; } = Platform.Linux;

    /// <summary>The program and the arguments that are always given.</summary>
    public IReadOnlyList<string> Entrypoint { get; set; } = [];

    /// <summary>The arguments, or the program and its arguments, that a container may replace.</summary>
    public IReadOnlyList<string> Command { get; set; } = [];

    /// <summary>The environment variables.</summary>
    public IDictionary<string, string> Environment { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The labels.</summary>
    public IDictionary<string, string> Labels { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The ports that the program listens on, for example <c>3000/tcp</c>.</summary>
    public ISet<string> ExposedPorts { get; } = new SortedSet<string>(StringComparer.Ordinal);

    /// <summary>The directory that the program starts in; null means <c>/</c>.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>The user that the program runs as; null means root.</summary>
    public string? User { get; set; }

    /// <summary>Adds a layer above those there are.</summary>
    /// <param name="entries">Its files, directories and links, in any order.</param>
    /// <returns>The builder.</returns>
    public ImageBuilder AddLayer(params IEnumerable<LayerEntry> entries)
    {
        layers.Add([.. entries]);
        return this;
    }

    /// <summary>Builds the image in memory.</summary>
    /// <returns>The image, to be saved in a store.</returns>
    public Image Build()
    {
        var blobs = new List<ImageBlob>();
        var layerDescriptors = layers.Select(entries => Add(blobs, MediaTypes.Layer, LayerWriter.Write(entries))).ToList();
        var config = Add(blobs, MediaTypes.Config, JsonSerializer.SerializeToUtf8Bytes(Configuration(layerDescriptors), Documents.Relaxed.ConfigDocument));
        var manifestDocument = new ManifestDocument(2, MediaTypes.Manifest, config, layerDescriptors);
        var manifest = Add(blobs, MediaTypes.Manifest, JsonSerializer.SerializeToUtf8Bytes(manifestDocument, Documents.Relaxed.ManifestDocument));
        return new Image(manifest with { Platform = new(Platform.Architecture, Platform.Os, Platform.Variant) }, blobs);
    }

    private ConfigDocument Configuration(IReadOnlyList<Descriptor> layerDescriptors) => new(
        Created,
        Platform.Architecture,
        Platform.Os,
        Platform.Variant,
        new ContainerDocument(
            User,
            ExposedPorts.Count == 0 ? null : new(ExposedPorts.ToDictionary(port => port, _ => new EmptyDocument()), StringComparer.Ordinal),
            Environment.Count == 0 ? null : [.. Environment.OrderBy(variable => variable.Key, StringComparer.Ordinal).Select(variable => $"{variable.Key}={variable.Value}")],
            Entrypoint.Count == 0 ? null : Entrypoint,
            Command.Count == 0 ? null : Command,
            WorkingDirectory,
            Labels.Count == 0 ? null : new(Labels, StringComparer.Ordinal)),
        new RootFsDocument("layers", [.. layerDescriptors.Select(layer => layer.Digest)]),
        [.. layerDescriptors.Select(_ => new HistoryDocument(Created, "WasmLab"))]);

    private static Descriptor Add(List<ImageBlob> blobs, string mediaType, byte[] content)
    {
        var descriptor = new Descriptor(mediaType, BlobStore.DigestOf(content), content.Length);
        blobs.Add(new ImageBlob(descriptor, content));
        return descriptor;
    }
}
