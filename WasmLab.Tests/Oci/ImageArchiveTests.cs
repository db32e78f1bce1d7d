using System.Formats.Tar;
using System.Text.Json;

using WasmLab.Oci;
using WasmLab.Oci.Layout;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Oci;

[Trait(Category.Name, Category.Unit)]
public sealed class ImageArchiveTests : IDisposable
{
    private readonly TemporaryLayout layout = new();

    public void Dispose() => layout.Dispose();

    [Fact]
    public async Task Export_AnImage_HasTheIndexOfContainerdAndTheManifestOfDocker()
    {
        var image = await layout.SaveAsync(new ImageBuilder().AddLayer(LayerEntry.File("/x", "x"u8.ToArray())).AddLayer(LayerEntry.File("/y", "y"u8.ToArray())).Build());

        var files = Read(await ExportAsync());

        var entry = JsonDocument.Parse(files["index.json"]).RootElement.GetProperty("manifests")[0];
        entry.GetProperty("digest").GetString().ShouldBe(image.Digest);
        entry.GetProperty("annotations").GetProperty("io.containerd.image.name").GetString().ShouldBe("docker.io/wasmlab/test:1");
        entry.GetProperty("annotations").GetProperty("org.opencontainers.image.ref.name").GetString().ShouldBe("1");
        entry.GetProperty("platform").GetProperty("os").GetString().ShouldBe("linux");

        var docker = JsonDocument.Parse(files["manifest.json"]).RootElement[0];
        docker.GetProperty("RepoTags")[0].GetString().ShouldBe("wasmlab/test:1");
        files.Keys.ShouldContain(docker.GetProperty("Config").GetString()!);
        docker.GetProperty("Layers").EnumerateArray().Select(layer => layer.GetString()!)
            .ShouldBe(image.Layers.Select(layer => "blobs/" + layer.Digest.Replace(':', '/')));

        files["oci-layout"].ShouldBe("""{"imageLayoutVersion":"1.0.0"}"""u8.ToArray());
        JsonDocument.Parse(files["repositories"]).RootElement.GetProperty("wasmlab/test").GetProperty("1").GetString().ShouldBe(image.Layers[1].Digest[7..]);
    }

    [Fact]
    public async Task Export_AnImage_HasEachBlobUnderItsDigest()
    {
        await layout.SaveAsync(new ImageBuilder().AddLayer(LayerEntry.File("/x", "x"u8.ToArray())).Build());

        var blobs = Read(await ExportAsync()).Where(file => file.Key.StartsWith("blobs/sha256/", StringComparison.Ordinal)).ToList();

        blobs.Count.ShouldBe(3);
        blobs.ShouldAllBe(blob => "blobs/" + BlobStore.DigestOf(blob.Value).Replace(':', '/') == blob.Key);
    }

    [Fact]
    public async Task Export_Twice_GivesTheSameBytes()
    {
        await layout.SaveAsync(TemporaryLayout.ImageOf());

        (await ExportAsync()).ShouldBe(await ExportAsync());
    }

    [Fact]
    public async Task Export_UnknownImage_SaysWhichThereAre()
    {
        await layout.SaveAsync(TemporaryLayout.ImageOf());

        var export = () => layout.Store.ExportAsync(ImageReference.Parse("other"), Stream.Null, TestContext.Current.CancellationToken);

        (await export.ShouldThrowAsync<ImageException>()).Message.ShouldEndWith("there are docker.io/wasmlab/test:1.");
    }

    private async Task<byte[]> ExportAsync()
    {
        using var archive = new MemoryStream();
        await layout.Store.ExportAsync(TemporaryLayout.Reference, archive, TestContext.Current.CancellationToken);
        return archive.ToArray();
    }

    private static Dictionary<string, byte[]> Read(byte[] archive)
    {
        var files = new Dictionary<string, byte[]>();
        using var reader = new TarReader(new MemoryStream(archive));
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            files.Add(entry.Name, content.ToArray());
        }

        return files;
    }
}
