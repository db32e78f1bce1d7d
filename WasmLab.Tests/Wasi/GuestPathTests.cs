using WasmLab.Tests.Support;
using WasmLab.Wasm.Wasi;
using WasmLab.Wasm.Wasi.Files;

namespace WasmLab.Tests.Wasi;

/// <summary>The directory <c>root</c> is the guest's; beside it lies <c>secret</c>, which nothing may reach.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class GuestPathTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly string _root;
    private readonly HostDirectory _rootDirectory;

    public GuestPathTests()
    {
        _root = _directory["root"];
        Directory.CreateDirectory(Path.Combine(_root, "sub", "deep"));
        _rootDirectory = HostDirectory.Open(_root);
        File.WriteAllText(Path.Combine(_root, "file"), "inside");
        File.WriteAllText(Path.Combine(_root, "sub", "file"), "inside");
        File.WriteAllText(_directory["secret"], "outside");
        Directory.CreateDirectory(_directory["outside"]);
        Link("file-link", "file");
        Link("up", "..");
        Link("up-to-secret", "../secret");
        Link("absolute", _directory["secret"]);
        Link("absolute-root", "/");
        Link("self", "self");
        Link("ping", "pong");
        Link("pong", "ping");
        Link("dangling", "nothing");
        Link("sub/to-root", "..");
        Link("sub/two-up", "../..");
        Link("dir-link", "sub");
        Link("dir-link-slash", "sub/");
        Link("chain", "dir-link/deep/../to-root/file");
        Link("chain-out", "dir-link/to-root/../secret");
        Link("file-link-slash", "file/");
    }

    [Theory]
    [InlineData("..")]
    [InlineData("../secret")]
    [InlineData("../root/file")]
    [InlineData("sub/../../secret")]
    [InlineData("sub/deep/../../../secret")]
    [InlineData("./.././secret")]
    [InlineData("sub/..//../secret")]
    [InlineData("up/secret")]
    [InlineData("up/")]
    [InlineData("up-to-secret")]
    [InlineData("absolute")]
    [InlineData("absolute-root/etc/passwd")]
    [InlineData("sub/two-up/secret")]
    [InlineData("sub/to-root/../secret")]
    [InlineData("dir-link/../../secret")]
    [InlineData("dir-link/two-up/secret")]
    [InlineData("chain-out")]
    [InlineData("/file")]
    [InlineData("/")]
    [InlineData("//file")]
    [InlineData("/../secret")]
    public void Resolve_PathThatLeavesTheDirectory_IsNotCapable(string path) =>
        Fails(path).ShouldBe(Errno.NotCapable);

    [Theory]
    [InlineData("file", "file")]
    [InlineData("./file", "file")]
    [InlineData("sub//file", "sub/file")]
    [InlineData("sub/../file", "file")]
    [InlineData("sub/deep/../../file", "file")]
    [InlineData("file-link", "file")]
    [InlineData("dir-link/file", "sub/file")]
    [InlineData("dir-link-slash/file", "sub/file")]
    [InlineData("dir-link/to-root/file", "file")]
    [InlineData("chain", "file")]
    [InlineData("sub/to-root", "")]
    [InlineData("new", "new")]
    [InlineData("dangling", "nothing")]
    [InlineData(".", "")]
    [InlineData("sub/..", "")]
    public void Resolve_PathInside_FindsThePlaceWithoutLinks(string path, string expected)
    {
        using var found = Resolve(path, followLast: true);
        using var root = HostDirectory.Open(Path.Join(_root, Path.GetDirectoryName(expected)));

        found.Status?.Inode.ShouldBe(expected.Length == 0 ? root.Status.Inode : root.Find(Path.GetFileName(expected))!.Value.Inode);
        (found.Status is not null).ShouldBe(Path.Exists(Path.Join(_root, expected)));
        if (found.Name is { } name)
        {
            name.ShouldBe(Path.GetFileName(expected));
            found.Directory.Status.Inode.ShouldBe(root.Status.Inode);
        }
    }

    [Theory]
    [InlineData("self", nameof(Errno.Loop))]
    [InlineData("ping/x", nameof(Errno.Loop))]
    [InlineData("", nameof(Errno.NoEntry))]
    [InlineData("nothing/file", nameof(Errno.NoEntry))]
    [InlineData("nothing/../file", nameof(Errno.NoEntry))]
    [InlineData("file/x", nameof(Errno.NotDirectory))]
    [InlineData("file/../file", nameof(Errno.NotDirectory))]
    [InlineData("file-link/x", nameof(Errno.NotDirectory))]
    public void Resolve_PathThatCannotBeWalked_TellsWhy(string path, string expected) =>
        Fails(path).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("up-to-secret")]
    [InlineData("absolute")]
    [InlineData("self")]
    public void Resolve_LinkAtTheEndNotFollowed_IsTheLinkItself(string path)
    {
        using var found = Resolve(path, followLast: false);

        found.Name.ShouldBe(path);
        found.Type.ShouldBe(FileType.SymbolicLink);
    }

    [Theory]
    [InlineData("sub/", true)]
    [InlineData("sub/.", true)]
    [InlineData("sub", false)]
    [InlineData("file/", true)]
    [InlineData("file-link-slash", true)]
    public void Resolve_TrailingSlash_MustBeDirectory(string path, bool expected)
    {
        using var found = Resolve(path, followLast: true);

        found.MustBeDirectory.ShouldBe(expected);
    }

    [Fact]
    public void Decode_WrongBytes_AreRefused()
    {
        Should.Throw<WasiErrnoException>(() => GuestPath.Decode("a\0b"u8)).Errno.ShouldBe(Errno.Invalid);
        Should.Throw<WasiErrnoException>(() => GuestPath.Decode([0xC3, 0x28])).Errno.ShouldBe(Errno.IllegalSequence);
        Should.Throw<WasiErrnoException>(() => GuestPath.Decode(new byte[5000])).Errno.ShouldBe(Errno.NameTooLong);
    }

    public void Dispose()
    {
        _rootDirectory.Dispose();
        _directory.Dispose();
    }

    private ResolvedPath Resolve(string path, bool followLast) => GuestPath.Resolve(_rootDirectory, path, followLast);

    private Errno Fails(string path) =>
        Should.Throw<WasiErrnoException>(() => Resolve(path, followLast: true)).Errno;

    private void Link(string name, string target) => File.CreateSymbolicLink(Path.Combine(_root, name), target);
}
