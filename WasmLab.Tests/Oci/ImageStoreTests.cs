using System.Text.Json;

using WasmLab.Oci;
using WasmLab.Oci.Layout;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Oci;

[Trait(Category.Name, Category.Unit)]
public sealed class ImageStoreTests : IDisposable
{
    private readonly TemporaryLayout layout = new();

    public void Dispose() => layout.Dispose();

    [Fact]
    public async Task Find_ASavedImage_TellsWhatItRuns()
    {
        var builder = new ImageBuilder { Entrypoint = ["/httpbin.wasm"], Command = ["-v"] }.AddLayer(LayerEntry.File("/httpbin.wasm", "wasm"u8.ToArray()));
        builder.Environment["FLAVOR"] = "runtime";
        builder.Labels["a"] = "b";
        builder.ExposedPorts.Add("3000/tcp");
        var built = builder.Build();

        var image = await layout.SaveAsync(built);

        image.Digest.ShouldBe(built.Digest);
        image.Size.ShouldBe(built.Size);
        image.Reference.ShouldBe(TemporaryLayout.Reference);
        image.Config.Process.ShouldBe(["/httpbin.wasm", "-v"]);
        image.Config.Env.ShouldBe(new Dictionary<string, string> { ["FLAVOR"] = "runtime" });
        image.Config.Labels["a"].ShouldBe("b");
        image.Config.ExposedPorts.ShouldBe(["3000/tcp"]);
        image.Config.WorkingDir.ShouldBe("/");
        image.Config.Os.ShouldBe("linux");
        image.Config.Architecture.ShouldBe(Platform.Linux.Architecture);
        image.Layers.ShouldHaveSingleItem().DiffId.ShouldBe(image.Layers[0].Digest);
    }

    [Fact]
    public async Task Find_WhatIsNotThere_IsNull()
    {
        layout.Store.Find(TemporaryLayout.Reference).ShouldBeNull();
        await layout.SaveAsync(TemporaryLayout.ImageOf());

        layout.Store.Find(ImageReference.Parse("wasmlab/test:2")).ShouldBeNull();
        layout.Store.Find(ImageReference.Parse("wasmlab/test@sha256:" + new string('0', 64))).ShouldBeNull();
    }

    [Fact]
    public async Task Find_ByDigest_FindsTheImage()
    {
        var image = await layout.SaveAsync(TemporaryLayout.ImageOf());

        layout.Store.Find(ImageReference.Parse($"wasmlab/test@{image.Digest}"))!.Digest.ShouldBe(image.Digest);
        layout.Store.Find(ImageReference.Parse($"wasmlab/test:1@{image.Digest}"))!.Digest.ShouldBe(image.Digest);
        layout.Store.Find(ImageReference.Parse($"wasmlab/test:2@{image.Digest}")).ShouldBeNull();
    }

    [Fact]
    public async Task Save_UnderAUsedName_ReplacesTheImage()
    {
        await layout.SaveAsync(TemporaryLayout.ImageOf());
        var second = await layout.SaveAsync(TemporaryLayout.ImageOf(TemporaryLayout.Tar(TemporaryLayout.File("x"))));

        layout.Store.Find(TemporaryLayout.Reference)!.Digest.ShouldBe(second.Digest);
        layout.Store.List().ShouldBe([TemporaryLayout.Reference]);
    }

    [Fact]
    public async Task Remove_AnImage_TakesItsNameAway()
    {
        await layout.SaveAsync(TemporaryLayout.ImageOf());

        await layout.Store.RemoveAsync(TemporaryLayout.Reference, TestContext.Current.CancellationToken);

        layout.Store.List().ShouldBeEmpty();
    }

    [Fact]
    public async Task Save_ManyAtOnceFromManyStores_KeepsAll()
    {
        var references = Enumerable.Range(0, 40).Select(number => ImageReference.Parse($"wasmlab/test:{number:D2}")).ToList();
        var image = TemporaryLayout.ImageOf(TemporaryLayout.Tar(TemporaryLayout.File("x", new string('x', 100_000))));

        await Parallel.ForEachAsync(references, TestContext.Current.CancellationToken, async (reference, cancellationToken) =>
        {
            await layout.Store.SaveAsync(reference, image, cancellationToken);
            layout.Store.Find(reference).ShouldNotBeNull();
        });

        layout.Store.List().ShouldBe(references);
        Directory.EnumerateFiles(layout.LayoutPath, "*.new", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task Save_OverACorruptedBlob_RepairsIt()
    {
        var image = await layout.SaveAsync(TemporaryLayout.ImageOf());
        Corrupt(image.Digest);

        (await layout.SaveAsync(TemporaryLayout.ImageOf())).Digest.ShouldBe(image.Digest);
    }

    [Fact]
    public async Task Find_CorruptedOrMissingManifest_SaysWhichBlob()
    {
        var image = await layout.SaveAsync(TemporaryLayout.ImageOf());

        Corrupt(image.Digest);
        Should.Throw<ImageException>(() => layout.Store.Find(TemporaryLayout.Reference)).Message.ShouldContain($"Blob {image.Digest} in '{layout.LayoutPath}' is corrupted");
        File.Delete(layout.BlobPath(image.Digest));
        Should.Throw<ImageException>(() => layout.Store.Find(TemporaryLayout.Reference)).Message.ShouldContain("is missing");
    }

    [Fact]
    public async Task Unpack_CorruptedLayer_LeavesNothing()
    {
        var image = await layout.SaveAsync(TemporaryLayout.ImageOf(TemporaryLayout.Tar(TemporaryLayout.File("x"))));
        Corrupt(image.Layers[0].Digest);

        var unpack = () => layout.Store.UnpackAsync(image, layout.RootFs, TestContext.Current.CancellationToken);

        (await unpack.ShouldThrowAsync<ImageException>()).Message.ShouldContain($"Blob {image.Layers[0].Digest}");
        Directory.EnumerateFileSystemEntries(layout.Root).ShouldBe([layout.LayoutPath]);
    }

    [Theory]
    [InlineData("sha256:../../../../etc/passwd")]
    [InlineData("sha256:ABCDEF6789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")]
    [InlineData("sha512:00")]
    public async Task Find_EntryWithAnImpossibleDigest_DoesNotTouchAPath(string digest)
    {
        await WriteIndexAsync(new Descriptor(MediaTypes.Manifest, digest, 1));

        Should.Throw<ImageException>(() => layout.Store.Find(TemporaryLayout.Reference)).Message.ShouldContain("is not a digest");
    }

    [Fact]
    public async Task Find_IndexOfSeveralPlatforms_ChoosesTheOneAskedFor()
    {
        var images = new[] { new Platform("linux", "amd64"), new Platform("linux", "arm64", "v8"), new Platform("linux", "arm", "v7") }
            .ToDictionary(platform => platform, platform => TemporaryLayout.ImageOf([], platform));
        var statement = TemporaryLayout.ImageOf([], new Platform("unknown", "unknown"));
        var index = new IndexDocument(2, MediaTypes.Index, [.. images.Values.Append(statement).Select(image => image.Manifest)]);
        var indexBlob = TemporaryLayout.Blob(MediaTypes.Index, JsonSerializer.SerializeToUtf8Bytes(index, Documents.Relaxed.IndexDocument));
        foreach (var blob in images.Values.Append(statement).SelectMany(image => image.Blobs).Append(indexBlob))
        {
            await new BlobStore(layout.LayoutPath).WriteAsync(blob.Descriptor.Digest, blob.Content, TestContext.Current.CancellationToken);
        }

        await WriteIndexAsync(indexBlob.Descriptor);

        foreach (var (platform, image) in images)
        {
            layout.Store.Find(TemporaryLayout.Reference, platform)!.Digest.ShouldBe(image.Digest);
        }

        layout.Store.Find(TemporaryLayout.Reference, new("linux", "arm64"))!.Config.Architecture.ShouldBe("arm64");
        Should.Throw<ImageException>(() => layout.Store.Find(TemporaryLayout.Reference, new("linux", "s390x")))
            .Message.ShouldEndWith("is not there for linux/s390x: there is linux/amd64, linux/arm64/v8, linux/arm/v7.");
    }

    [Fact]
    public async Task Find_LayoutOfAnotherVersion_IsRefused()
    {
        await layout.SaveAsync(TemporaryLayout.ImageOf());
        await File.WriteAllTextAsync(Path.Combine(layout.LayoutPath, "oci-layout"), """{"imageLayoutVersion":"2.0.0"}""", TestContext.Current.CancellationToken);

        Should.Throw<ImageException>(() => layout.Store.Find(TemporaryLayout.Reference)).Message.ShouldContain("version 2.0.0");
    }

    [Fact]
    public async Task Find_BrokenIndex_NamesTheFile()
    {
        await layout.SaveAsync(TemporaryLayout.ImageOf());
        var path = Path.Combine(layout.LayoutPath, "index.json");
        await File.WriteAllTextAsync(path, "{", TestContext.Current.CancellationToken);

        Should.Throw<ImageException>(() => layout.Store.Find(TemporaryLayout.Reference)).Message.ShouldStartWith($"'{path}' cannot be read");
    }

    private Task WriteIndexAsync(Descriptor entry) => new LayoutIndex(layout.LayoutPath).ChangeAsync(
        _ => [entry with { Annotations = new() { [Annotations.ReferenceName] = TemporaryLayout.Reference.ToString() } }],
        TestContext.Current.CancellationToken);

    private void Corrupt(string digest)
    {
        var content = File.ReadAllBytes(layout.BlobPath(digest));
        content[content.Length / 2] ^= 1;
        File.WriteAllBytes(layout.BlobPath(digest), content);
    }
}
