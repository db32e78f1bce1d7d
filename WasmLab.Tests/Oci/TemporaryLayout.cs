using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json;

using WasmLab.Oci;
using WasmLab.Oci.Layout;

namespace WasmLab.Tests.Oci;

/// <summary>A store in a directory of its own, and images made by hand for it, also such as no builder makes.</summary>
internal sealed class TemporaryLayout : IDisposable
{
    private readonly DirectoryInfo directory = Directory.CreateTempSubdirectory("wasmlab-oci-");

    public static ImageReference Reference { get; } = ImageReference.Parse("wasmlab/test:1");

    public string Root => directory.FullName;

    public string LayoutPath => Path.Combine(Root, "images");

    public string RootFs => Path.Combine(Root, "rootfs");

    public ImageStore Store => new(LayoutPath);

    public static byte[] Tar(params IEnumerable<TarEntry> entries)
    {
        using var output = new MemoryStream();
        using (var writer = new TarWriter(output, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var entry in entries)
            {
                writer.WriteEntry(entry);
            }
        }

        return output.ToArray();
    }

    public static TarEntry File(string name, string content = "", UnixFileMode mode = (UnixFileMode)0b110_100_100) =>
        new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)), Mode = mode };

    public static TarEntry Link(string name, string target, TarEntryType type = TarEntryType.SymbolicLink) => new PaxTarEntry(type, name) { LinkName = target };

    public static TarEntry Entry(string name, TarEntryType type) => new PaxTarEntry(type, name);

    public static byte[] Gzip(byte[] content)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return output.ToArray();
    }

    public static Image ImageOf(params IEnumerable<byte[]> layers) =>
        ImageOf([.. layers.Select(tar => (MediaTypes.Layer, tar, BlobStore.DigestOf(tar)))]);

    public static Image ImageOf(IReadOnlyList<(string MediaType, byte[] Content, string DiffId)> layers, Platform? platform = null)
    {
        var (os, architecture, variant) = platform ?? Platform.Linux;
        var blobs = layers.Select(layer => Blob(layer.MediaType, layer.Content)).ToList();
        var config = new ConfigDocument(null, architecture, os, variant, null, new("layers", [.. layers.Select(layer => layer.DiffId)]), null);
        blobs.Add(Blob(MediaTypes.Config, JsonSerializer.SerializeToUtf8Bytes(config, Documents.Relaxed.ConfigDocument)));
        var manifest = new ManifestDocument(2, MediaTypes.Manifest, blobs[^1].Descriptor, [.. blobs.SkipLast(1).Select(blob => blob.Descriptor)]);
        blobs.Add(Blob(MediaTypes.Manifest, JsonSerializer.SerializeToUtf8Bytes(manifest, Documents.Relaxed.ManifestDocument)));
        return new Image(blobs[^1].Descriptor with { Platform = new(architecture, os, variant) }, blobs);
    }

    public static ImageBlob Blob(string mediaType, byte[] content) => new(new(mediaType, BlobStore.DigestOf(content), content.Length), content);

    public async Task<ImageManifestInfo> SaveAsync(Image image)
    {
        await Store.SaveAsync(Reference, image, TestContext.Current.CancellationToken);
        return Store.Find(Reference).ShouldNotBeNull();
    }

    public async Task UnpackAsync(Image image, UnpackLimits? limits = null) =>
        await new ImageStore(LayoutPath, limits).UnpackAsync(await SaveAsync(image), RootFs, TestContext.Current.CancellationToken);

    public string ReadFile(string path) => System.IO.File.ReadAllText(Path.Combine(RootFs, path));

    public string BlobPath(string digest) => Path.Combine(LayoutPath, "blobs", "sha256", digest["sha256:".Length..]);

    public void Dispose() => directory.Delete(recursive: true);
}
