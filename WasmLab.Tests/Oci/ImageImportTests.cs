using System.Text;

using WasmLab.Oci;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Oci;

[Trait(Category.Name, Category.Unit)]
public sealed class ImageImportTests : IDisposable
{
    private readonly TemporaryLayout _from = new();
    private readonly TemporaryLayout _to = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
    }

    [Fact]
    public async Task Import_WhatWasExported_IsTheSameImage()
    {
        var archive = await ExportAsync(ImageOf("one"));

        (await ImportAsync(archive)).ShouldBe([TemporaryLayout.Reference]);

        var (there, here) = (_from.Store.Find(TemporaryLayout.Reference)!, _to.Store.Find(TemporaryLayout.Reference)!);
        (here.Digest, here.Id, here.Size).ShouldBe((there.Digest, there.Id, there.Size));
        await _to.Store.UnpackAsync(here, _to.RootFs, Token);
        (await File.ReadAllTextAsync(Path.Combine(_to.RootFs, "file"), Token)).ShouldBe("one");
    }

    [Fact]
    public async Task Import_AnotherImageOfTheName_ReplacesIt_AndLeavesOthersAlone()
    {
        var other = ImageReference.Parse("wasmlab/other:1");
        await _to.Store.SaveAsync(other, ImageOf("other"), Token);
        await ImportAsync(await ExportAsync(ImageOf("one")));

        await ImportAsync(await ExportAsync(ImageOf("two")));

        _to.Store.List().ShouldBe([other, TemporaryLayout.Reference]);
        _to.Store.Find(TemporaryLayout.Reference)!.Digest.ShouldBe(_from.Store.Find(TemporaryLayout.Reference)!.Digest);
    }

    [Fact]
    public async Task Import_AnArchiveWithoutALayout_SaysWhatIsNeeded()
    {
        var archive = TemporaryLayout.Tar(TemporaryLayout.File("manifest.json", "[]"));

        (await Should.ThrowAsync<ImageException>(ImportAsync(archive))).Message.ShouldContain("Docker 25");
        _to.Store.List().ShouldBeEmpty();
    }

    [Fact]
    public async Task Import_ABlobOfAnotherDigest_IsRefused()
    {
        var archive = TemporaryLayout.Tar(
            TemporaryLayout.File("index.json", """{"schemaVersion":2,"manifests":[]}"""),
            TemporaryLayout.File("blobs/sha256/" + new string('0', 64), "x"));

        (await Should.ThrowAsync<ImageException>(ImportAsync(archive))).Message.ShouldContain("damaged");
    }

    [Fact]
    public async Task Import_ABlobWhoseNameLeadsElsewhere_IsRefused()
    {
        var archive = TemporaryLayout.Tar(TemporaryLayout.File("blobs/sha256/../../../escaped", "x"));

        await Should.ThrowAsync<ImageException>(ImportAsync(archive));
        File.Exists(Path.Combine(_to.Root, "escaped")).ShouldBeFalse();
    }

    [Fact]
    public async Task Import_ACutOffArchive_IsRefused()
    {
        var archive = await ExportAsync(ImageOf("one"));

        await Should.ThrowAsync<ImageException>(ImportAsync(archive[..^(archive.Length / 2)]));
        _to.Store.List().ShouldBeEmpty();
    }

    private static Image ImageOf(string content) => new ImageBuilder().AddLayer(LayerEntry.File("/file", Encoding.UTF8.GetBytes(content))).Build();

    private async Task<byte[]> ExportAsync(Image image)
    {
        await _from.Store.SaveAsync(TemporaryLayout.Reference, image, Token);
        using var archive = new MemoryStream();
        await _from.Store.ExportAsync(TemporaryLayout.Reference, archive, Token);
        return archive.ToArray();
    }

    private async Task<IReadOnlyList<ImageReference>> ImportAsync(byte[] archive)
    {
        using var content = new MemoryStream(archive);
        return await _to.Store.ImportAsync(content, Token);
    }
}
