using System.Formats.Tar;

using WasmLab.Oci;
using WasmLab.Oci.Layout;
using WasmLab.Tests.Support;

using static WasmLab.Tests.Oci.TemporaryLayout;

namespace WasmLab.Tests.Oci;

[Trait(Category.Name, Category.Unit)]
public sealed class UnpackTests : IDisposable
{
    private readonly TemporaryLayout layout = new();

    public void Dispose() => layout.Dispose();

    [Fact]
    public async Task Unpack_WhatTheBuilderBuilt_GivesTheFilesBack()
    {
        await layout.UnpackAsync(new ImageBuilder()
            .AddLayer(
                LayerEntry.File("/usr/local/bin/tool", "tool"u8.ToArray(), LayerEntry.Executable),
                LayerEntry.File("/data", "data"u8.ToArray()),
                LayerEntry.SymbolicLink("/link", "/usr/local/bin/tool"))
            .AddLayer(LayerEntry.File("/data", "newer"u8.ToArray()))
            .Build());

        layout.ReadFile("usr/local/bin/tool").ShouldBe("tool");
        layout.ReadFile("data").ShouldBe("newer");
        layout.ReadFile("link").ShouldBe("tool");
        if (!OperatingSystem.IsWindows())
        {
            System.IO.File.GetUnixFileMode(Path.Combine(layout.RootFs, "usr/local/bin/tool")).ShouldBe(LayerEntry.Executable);
            System.IO.File.GetUnixFileMode(Path.Combine(layout.RootFs, "data")).ShouldBe(LayerEntry.PlainFile);
        }
    }

    [Fact]
    public async Task Unpack_GzipLayerOfDocker_IsRead()
    {
        var tar = Tar(File("x", "content"));

        await layout.UnpackAsync(ImageOf([("application/vnd.docker.image.rootfs.diff.tar.gzip", Gzip(tar), BlobStore.DigestOf(tar))]));

        layout.ReadFile("x").ShouldBe("content");
    }

    [Fact]
    public async Task Unpack_Whiteouts_TakeAwayWhatLowerLayersHave()
    {
        var lower = Tar(File("d/a"), File("d/b"), File("o/a"), File("o/s/b"), File("f"));
        var upper = Tar(File("d/.wh.a"), File(".wh.f"), File("o/new"), File("o/.wh..wh..opq"), File(".wh.missing"), File("nowhere/.wh.x"), File(".wh..wh.plnk"));

        await layout.UnpackAsync(ImageOf(lower, upper));

        Directory.EnumerateFiles(layout.RootFs, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(layout.RootFs, path))
            .ShouldBe(["d/b", "o/new"], ignoreOrder: true);
    }

    [Fact]
    public async Task Unpack_WhiteoutAndNewFileInOneLayer_KeepsTheNewFile()
    {
        await layout.UnpackAsync(ImageOf(Tar(File("a", "old")), Tar(File("a", "new"), File(".wh.a"))));

        layout.ReadFile("a").ShouldBe("new");
    }

    [Fact]
    public async Task Unpack_LinkedDirectoryOfALowerLayer_IsFollowedInsideTheImage()
    {
        await layout.UnpackAsync(ImageOf(Tar(File("usr/bin/a"), Link("bin", "/usr/bin")), Tar(File("bin/b", "b"))));

        layout.ReadFile("usr/bin/b").ShouldBe("b");
        new FileInfo(Path.Combine(layout.RootFs, "bin")).LinkTarget.ShouldBe("usr/bin");
    }

    [Fact]
    public async Task Unpack_KindsThatChangeBetweenLayers_TakeTheUpper()
    {
        await layout.UnpackAsync(ImageOf(
            Tar(File("a/x"), File("b", "old"), Link("c", "b")),
            Tar(File("a", "now a file"), Entry("b/", TarEntryType.Directory), File("c", "not through the link"))));

        layout.ReadFile("a").ShouldBe("now a file");
        Directory.Exists(Path.Combine(layout.RootFs, "b")).ShouldBeTrue();
        layout.ReadFile("c").ShouldBe("not through the link");
    }

    [Fact]
    public async Task Unpack_HardLink_IsACopy()
    {
        await layout.UnpackAsync(ImageOf(Tar(File("d/a", "one"), Link("l", "d"), Link("b", "l/a", TarEntryType.HardLink)), Tar(File("d/a", "two"))));

        layout.ReadFile("b").ShouldBe("one");
        layout.ReadFile("d/a").ShouldBe("two");
    }

    [Fact]
    public async Task Unpack_SetUserIdBit_IsDropped()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes");

        await layout.UnpackAsync(ImageOf(Tar(File("su", "", LayerEntry.Executable | UnixFileMode.SetUser | UnixFileMode.SetGroup))));

        new FileInfo(Path.Combine(layout.RootFs, "su")).UnixFileMode.ShouldBe(LayerEntry.Executable);
    }

    [Fact]
    public async Task Unpack_IntoADirectoryWithFiles_IsRefused()
    {
        Directory.CreateDirectory(layout.RootFs);
        await layout.UnpackAsync(ImageOf(Tar(File("x", "first"))));

        var again = () => layout.UnpackAsync(ImageOf(Tar(File("x", "second"))));

        (await again.ShouldThrowAsync<ImageException>()).Message.ShouldContain("is not empty");
        layout.ReadFile("x").ShouldBe("first");
    }

    [Fact]
    public async Task Unpack_LayerOfAnotherCompression_SaysWhichAreRead()
    {
        var message = await RefusalAsync(ImageOf([(MediaTypes.Layer + "+zstd", [1], BlobStore.DigestOf([1]))]));

        message.ShouldContain("tar+zstd; layers that are tar or tar+gzip can be read");
    }

    [Fact]
    public async Task Unpack_ContentOfAnotherDigest_IsRefused()
    {
        var tar = Tar(File("x"));

        var message = await RefusalAsync(ImageOf([(MediaTypes.Layer, tar, BlobStore.DigestOf([1]))]));

        message.ShouldContain($"holds an archive with digest {BlobStore.DigestOf(tar)}, not {BlobStore.DigestOf([1])}");
    }

    [Fact]
    public async Task Unpack_NoArchive_IsRefused()
    {
        var noise = new byte[10_000];
        new Random(1).NextBytes(noise);

        (await RefusalAsync(ImageOf(noise))).ShouldContain("is not a valid archive");
        (await RefusalAsync(ImageOf(Tar(File("x", new string('x', 5000)))[..3000]))).ShouldContain("is not a valid archive");
        (await RefusalAsync(ImageOf([(MediaTypes.Layer + "+gzip", noise, BlobStore.DigestOf(noise))]))).ShouldContain("is not a valid archive");
    }

    [Fact]
    public async Task Unpack_BeyondTheLimits_IsRefused()
    {
        var bomb = Tar(File("x", new string('x', 10_000_000)));
        var image = ImageOf([(MediaTypes.Layer + "+gzip", Gzip(bomb), BlobStore.DigestOf(bomb))]);

        (await RefusalAsync(image, new UnpackLimits { MaxBytes = 1_000_000 })).ShouldContain("more than 1000000 bytes");
        (await RefusalAsync(ImageOf(Tar(File("a"), File("b"), File("c"))), new UnpackLimits { MaxEntries = 2 })).ShouldContain("more than 2 entries");
        var links = Enumerable.Range(0, 100).Select(number => Link($"l{number}", "x", TarEntryType.HardLink));
        (await RefusalAsync(ImageOf(Tar([File("x", new string('x', 100_000)), .. links])), new UnpackLimits { MaxBytes = 1_000_000 })).ShouldContain("more than 1000000 bytes");
    }

    public static TheoryData<string> Attacks => [.. AttackEntries.Keys];

    private static readonly Dictionary<string, (TarEntry[][] Layers, string Message)> AttackEntries = new()
    {
        ["a path that climbs"] = ([[File("../outside")]], "'../outside' leaves the image"),
        ["a path that climbs further in"] = ([[File("a/b/../../../outside")]], "leaves the image"),
        ["a directory that climbs"] = ([[Entry("../outside/", TarEntryType.Directory)]], "leaves the image"),
        ["a link that climbs"] = ([[Link("l", "../outside")]], "the symbolic link 'l' to '../outside' leaves the image"),
        ["a link that climbs, and a file through it"] = ([[Link("l", ".."), File("l/outside")]], "leaves the image"),
        ["a link that climbs, in a lower layer"] = ([[Link("l", "..")], [File("l/outside")]], "leaves the image"),
        ["an absolute link that climbs"] = ([[Link("l", "/../outside")]], "leaves the image"),
        ["links that climb together"] = ([[Link("s", "."), Link("l", "s/s/s/../../../outside")]], "leaves the image"),
        ["links that climb through one that comes later"] = ([[Link("l", "a/b/../../../outside"), Entry("x/", TarEntryType.Directory)], [Link("a", "x")]], "leaves the image"),
        ["a hard link to outside"] = ([[Link("l", "../outside-file", TarEntryType.HardLink)]], "leaves the image"),
        ["a hard link to an absolute path"] = ([[Link("l", "/etc/hostname", TarEntryType.HardLink)]], "is not in the image"),
        ["a hard link through a link"] = ([[Link("d", "../.."), Link("l", "d/etc/hostname", TarEntryType.HardLink)]], "is no"),
        ["a hard link to a link"] = ([[Link("d", "/etc/hostname"), Link("l", "d", TarEntryType.HardLink)]], "which is no file in the image"),
        ["a hard link to a directory"] = ([[Entry("d/", TarEntryType.Directory), Link("l", "d", TarEntryType.HardLink)]], "which is no file in the image"),
        ["a whiteout of the parent"] = ([[File("d/.wh...")]], "whiteout of '..'"),
        ["a whiteout of its directory"] = ([[File("d/.wh..")]], "whiteout of '.'"),
        ["a whiteout of nothing"] = ([[File(".wh.")]], "whiteout of ''"),
        ["a whiteout that climbs"] = ([[File("../.wh.outside-file")]], "leaves the image"),
        ["a character device"] = ([[Entry("null", TarEntryType.CharacterDevice)]], "is a CharacterDevice"),
        ["a block device"] = ([[Entry("sda", TarEntryType.BlockDevice)]], "is a BlockDevice"),
        ["a pipe"] = ([[Entry("pipe", TarEntryType.Fifo)]], "is a Fifo"),
        ["a file below a file"] = ([[File("f"), File("f/x")]], "passes 'f', which is a file"),
        ["links in a circle"] = ([[Link("a", "b"), Link("b", "a"), File("a/x")]], "symbolic links"),
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task Unpack_Attack_IsRefusedAndNothingOutsideChanges(string attack)
    {
        var victim = Path.Combine(layout.Root, "outside-file");
        await System.IO.File.WriteAllTextAsync(victim, "untouched", TestContext.Current.CancellationToken);
        var (layers, message) = AttackEntries[attack];

        (await RefusalAsync(ImageOf(layers.Select(entries => Tar(entries))))).ShouldContain(message);

        (await System.IO.File.ReadAllTextAsync(victim, TestContext.Current.CancellationToken)).ShouldBe("untouched");
        Directory.EnumerateFileSystemEntries(layout.Root).ShouldBe([layout.LayoutPath, victim], ignoreOrder: true);
    }

    [Fact]
    public async Task Unpack_ThroughAnAbsoluteLink_StaysInside()
    {
        var outside = Directory.CreateDirectory(Path.Combine(layout.Root, "outside"));

        await layout.UnpackAsync(ImageOf(Tar(Link("d/l", outside.FullName)), Tar(File("d/l/x", "inside"), File("/absolute", "inside"))));

        outside.EnumerateFileSystemInfos().ShouldBeEmpty();
        layout.ReadFile(Path.Combine(outside.FullName.TrimStart('/'), "x")).ShouldBe("inside");
        layout.ReadFile("absolute").ShouldBe("inside");
    }

    private async Task<string> RefusalAsync(Image image, UnpackLimits? limits = null)
    {
        var unpack = () => layout.UnpackAsync(image, limits);
        var message = (await unpack.ShouldThrowAsync<ImageException>()).Message;
        Directory.EnumerateFileSystemEntries(layout.Root, "rootfs*").ShouldBeEmpty();
        return message;
    }
}
