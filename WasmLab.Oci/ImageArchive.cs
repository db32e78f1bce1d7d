using System.Formats.Tar;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

using WasmLab.Oci.Building;
using WasmLab.Oci.Layout;

namespace WasmLab.Oci;

/// <summary>One archive for two readers: containerd reads <c>index.json</c>, Docker <c>manifest.json</c> (and very old ones
/// <c>repositories</c>); both find the same blobs.</summary>
internal sealed class ImageArchive(BlobStore blobs)
{
    public async Task WriteAsync(ImageManifestInfo image, Stream output, CancellationToken cancellationToken)
    {
        var documents = Documents.Relaxed;
        await using var writer = new TarWriter(output, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var blob in BlobsOf(image))
        {
            await using var content = await blobs.OpenAsync(blob, cancellationToken);
            await writer.WriteEntryAsync(LayerWriter.CreateFile(PathOf(blob.Digest), content), cancellationToken);
        }

        await AddAsync("index.json", new IndexDocument(2, MediaTypes.Index, [EntryOf(image)]), documents.IndexDocument);
        await AddAsync("manifest.json", [DockerEntryOf(image)], documents.IReadOnlyListDockerArchiveDocument);
        await AddAsync("oci-layout", new LayoutDocument("1.0.0"), documents.LayoutDocument);
        await AddAsync("repositories", RepositoriesOf(image), documents.SortedDictionaryStringSortedDictionaryStringString);

        async Task AddAsync<T>(string name, T document, JsonTypeInfo<T> type)
        {
            using var content = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(document, type));
            await writer.WriteEntryAsync(LayerWriter.CreateFile(name, content), cancellationToken);
        }
    }

    private static IEnumerable<Descriptor> BlobsOf(ImageManifestInfo image) =>
        image.Layers.Select(layer => new Descriptor(layer.MediaType, layer.Digest, layer.Size))
            .Append(image.ConfigDescriptor)
            .Append(image.Manifest)
            .DistinctBy(blob => blob.Digest)
            .OrderBy(blob => blob.Digest, StringComparer.Ordinal);

    private static Descriptor EntryOf(ImageManifestInfo image) => image.Manifest with
    {
        Platform = image.Manifest.Platform ?? new(image.Config.Architecture, image.Config.Os),
        Annotations = new(StringComparer.Ordinal)
        {
            [Annotations.ContainerdName] = image.Reference.ToString(),
            [Annotations.ReferenceName] = image.Reference.Tag!,
        },
    };

    private static DockerArchiveDocument DockerEntryOf(ImageManifestInfo image) =>
        new(PathOf(image.ConfigDescriptor.Digest), [image.Reference.Familiar], [.. image.Layers.Select(layer => PathOf(layer.Digest))]);

    private static SortedDictionary<string, SortedDictionary<string, string>> RepositoriesOf(ImageManifestInfo image)
    {
        var familiar = image.Reference.Familiar;
        var top = image.Layers is [.., var last] ? last.Digest : image.ConfigDescriptor.Digest;
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal) { [image.Reference.Tag!] = top["sha256:".Length..] };
        return new(StringComparer.Ordinal) { [familiar[..familiar.LastIndexOf(':')]] = tags };
    }

    private static string PathOf(string digest) => "blobs/" + digest.Replace(':', '/');
}
