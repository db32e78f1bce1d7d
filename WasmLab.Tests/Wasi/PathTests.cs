using WasmLab.Tests.Support;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi;

[Trait(Category.Name, Category.Unit)]
public sealed class PathTests : IDisposable
{
    private const int Create = 1;
    private const int DirectoryOnly = 2;
    private const int Exclusive = 4;
    private const int Truncate = 8;
    private const uint Second = 20000;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _root;
    private readonly WasiGuest _guest;

    public PathTests()
    {
        _root = _directory["root"];
        Directory.CreateDirectory(Path.Combine(_root, "dir"));
        File.WriteAllText(Path.Combine(_root, "file"), "content");
        File.WriteAllText(Path.Combine(_root, "dir", "inner"), "inner");
        File.WriteAllText(_directory["secret"], "secret");
        File.CreateSymbolicLink(Path.Combine(_root, "link"), "file");
        File.CreateSymbolicLink(Path.Combine(_root, "escape"), "../secret");
        File.CreateSymbolicLink(Path.Combine(_root, "escape-new"), "../new-secret");
        _guest = new WasiGuest(new WasiConfiguration { Preopens = [new WasiPreopen("/", _root), new WasiPreopen("/ro", _root, IsReadOnly: true)] });
    }

    [Theory]
    [InlineData("file", 0, nameof(Errno.Success))]
    [InlineData("link", 0, nameof(Errno.Success))]
    [InlineData("missing", 0, nameof(Errno.NoEntry))]
    [InlineData("missing", Create, nameof(Errno.Success))]
    [InlineData("missing/", Create, nameof(Errno.IsDirectory))]
    [InlineData("missing", Create | DirectoryOnly, nameof(Errno.Invalid))]
    [InlineData("file", Create | Exclusive, nameof(Errno.Exist))]
    [InlineData("link", Create | Exclusive, nameof(Errno.Exist))]
    [InlineData("file", DirectoryOnly, nameof(Errno.NotDirectory))]
    [InlineData("file/", 0, nameof(Errno.NotDirectory))]
    [InlineData("dir", DirectoryOnly, nameof(Errno.Success))]
    [InlineData("dir", Truncate, nameof(Errno.IsDirectory))]
    [InlineData("dir", Create | Exclusive, nameof(Errno.Exist))]
    [InlineData("escape", 0, nameof(Errno.NotCapable))]
    [InlineData("escape-new", Create, nameof(Errno.NotCapable))]
    [InlineData("../secret", 0, nameof(Errno.NotCapable))]
    [InlineData("/file", 0, nameof(Errno.NotCapable))]
    [InlineData("file", 16, nameof(Errno.Invalid))]
    public void Open_WithFlags_AnswersAsPosix(string path, int flags, string expected) =>
        _guest.Open(path, flags).ToString().ShouldBe(expected);

    [Fact]
    public void Open_Truncate_EmptiesTheFile()
    {
        _guest.Open("file", Truncate).ShouldBe(Errno.Success);

        new FileInfo(Path.Combine(_root, "file")).Length.ShouldBe(0);
    }

    [Fact]
    public void Open_LinkNotFollowed_IsLoop() =>
        _guest.Open("link", lookup: 0).ShouldBe(Errno.Loop);

    [Fact]
    public void Open_ThroughADirectoryOfThePreopen_IsConfinedToIt()
    {
        _guest.Open("dir", DirectoryOnly).ShouldBe(Errno.Success);
        var inner = _guest.Opened;

        _guest.Open("inner", directory: inner).ShouldBe(Errno.Success);
        _guest.Open("../file", directory: inner).ShouldBe(Errno.NotCapable);
        _guest.Open("inner", directory: 1).ShouldBe(Errno.NotDirectory);
    }

    [Fact]
    public void Open_MoreRightsThanInherited_IsNotCapable()
    {
        _guest.Open("dir", DirectoryOnly, rights: 1L << 13).ShouldBe(Errno.Success);

        _guest.Open("inner", directory: _guest.Opened, rights: 2).ShouldBe(Errno.NotCapable);
    }

    [Fact]
    public void ReadOnlyPreopen_AnyChange_IsNotCapable()
    {
        const long Read = 0x2;
        _guest.Open("file", rights: Read, directory: 4).ShouldBe(Errno.Success);
        _guest.Open("file", directory: 4).ShouldBe(Errno.NotCapable);
        _guest.Open("new", Create, rights: Read, directory: 4).ShouldBe(Errno.NotCapable);
        _guest.Open("file", Truncate, rights: Read, directory: 4).ShouldBe(Errno.NotCapable);
        _guest.PathCall("path_create_directory", [4], "new").ShouldBe(Errno.NotCapable);
        _guest.PathCall("path_unlink_file", [4], "file").ShouldBe(Errno.NotCapable);
        _guest.PathCall("path_remove_directory", [4], "dir").ShouldBe(Errno.NotCapable);
        Rename(3, "file", 4, "moved").ShouldBe(Errno.NotCapable);
        File.ReadAllText(Path.Combine(_root, "file")).ShouldBe("content");
    }

    [Theory]
    [InlineData("path_create_directory", "new", nameof(Errno.Success))]
    [InlineData("path_create_directory", "new/", nameof(Errno.Success))]
    [InlineData("path_create_directory", "dir", nameof(Errno.Exist))]
    [InlineData("path_create_directory", "missing/new", nameof(Errno.NoEntry))]
    [InlineData("path_create_directory", "../new", nameof(Errno.NotCapable))]
    [InlineData("path_create_directory", "escape-new", nameof(Errno.Exist))]
    [InlineData("path_remove_directory", "dir", nameof(Errno.NotEmpty))]
    [InlineData("path_remove_directory", "file", nameof(Errno.NotDirectory))]
    [InlineData("path_remove_directory", "missing", nameof(Errno.NoEntry))]
    [InlineData("path_remove_directory", ".", nameof(Errno.Invalid))]
    [InlineData("path_remove_directory", "..", nameof(Errno.NotCapable))]
    [InlineData("path_unlink_file", "file", nameof(Errno.Success))]
    [InlineData("path_unlink_file", "escape", nameof(Errno.Success))]
    [InlineData("path_unlink_file", "dir", nameof(Errno.IsDirectory))]
    [InlineData("path_unlink_file", "file/", nameof(Errno.NotDirectory))]
    [InlineData("path_unlink_file", "missing", nameof(Errno.NoEntry))]
    [InlineData("path_unlink_file", "../secret", nameof(Errno.NotCapable))]
    public void MakeAndRemove_APath_AnswersAsPosix(string call, string path, string expected)
    {
        _guest.PathCall(call, [3], path).ToString().ShouldBe(expected);

        File.ReadAllText(_directory["secret"]).ShouldBe("secret");
        Directory.GetFileSystemEntries(_directory.Path).Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("file", "moved", nameof(Errno.Success))]
    [InlineData("file", "dir/inner", nameof(Errno.Success))]
    [InlineData("dir", "moved", nameof(Errno.Success))]
    [InlineData("dir", "dir/inside", nameof(Errno.Invalid))]
    [InlineData("dir", "file", nameof(Errno.NotDirectory))]
    [InlineData("file", "dir", nameof(Errno.IsDirectory))]
    [InlineData("missing", "x", nameof(Errno.NoEntry))]
    [InlineData("file", "../stolen", nameof(Errno.NotCapable))]
    [InlineData("../secret", "stolen", nameof(Errno.NotCapable))]
    [InlineData(".", "x", nameof(Errno.Invalid))]
    public void Rename_OnePathToAnother_AnswersAsPosix(string from, string to, string expected) =>
        Rename(3, from, 3, to).ToString().ShouldBe(expected);

    [Theory]
    [InlineData("link", true, 4, 7UL)]
    [InlineData("link", false, 7, 4UL)]
    [InlineData("escape", false, 7, 9UL)]
    [InlineData("file", false, 4, 7UL)]
    public void FileStat_FollowingOrNot_IsOfTheRightFile(string path, bool follow, byte type, ulong size)
    {
        _guest.PathCall("path_filestat_get", [3, follow ? 1 : 0], path, 8000).ShouldBe(Errno.Success);

        _guest.Bytes(8016, 1)[0].ShouldBe(type);
        _guest.U64(8032).ShouldBe(size);
    }

    [Theory]
    [InlineData("escape", nameof(Errno.NotCapable))]
    [InlineData("missing", nameof(Errno.NoEntry))]
    [InlineData("file/", nameof(Errno.NotDirectory))]
    public void FileStat_NotToBeHad_TellsWhy(string path, string expected) =>
        _guest.PathCall("path_filestat_get", [3, 1], path, 8000).ToString().ShouldBe(expected);

    [Fact]
    public void SetTimes_OfAPath_ChangesThem()
    {
        _guest.PathCall("path_filestat_set_times", [3, 1], "link", 3_000_000_000L, 4_000_000_000L, 5).ShouldBe(Errno.Success);

        File.GetLastWriteTimeUtc(Path.Combine(_root, "file")).ShouldBe(DateTime.UnixEpoch.AddSeconds(4));
    }

    [Theory]
    [InlineData("dir/inner", "made", nameof(Errno.Success))]
    [InlineData("../secret", "made", nameof(Errno.Success))]
    [InlineData("/etc/passwd", "made", nameof(Errno.NotCapable))]
    [InlineData("", "made", nameof(Errno.NoEntry))]
    [InlineData("x", "file", nameof(Errno.Exist))]
    [InlineData("x", "../made", nameof(Errno.NotCapable))]
    public void Symlink_ToAPath_IsMadeOrRefused(string target, string path, string expected)
    {
        var targetLength = _guest.Write(Second, target);
        _guest.PathCall("path_symlink", [Second, targetLength, 3], path).ToString().ShouldBe(expected);

        // Making a link that points outside is harmless: following it is refused.
        _guest.Open("made").ShouldBeOneOf(Errno.NotCapable, Errno.NoEntry, target == "dir/inner" ? Errno.Success : Errno.NoEntry);
    }

    [Fact]
    public void ReadLink_OfALink_IsItsTextCutToTheBuffer()
    {
        _guest.PathCall("path_readlink", [3], "escape", 8000, 100, 8200).ShouldBe(Errno.Success);
        _guest.Text(8000, _guest.U32(8200)).ShouldBe("../secret");
        _guest.PathCall("path_readlink", [3], "escape", 8000, 4, 8200).ShouldBe(Errno.Success);
        _guest.U32(8200).ShouldBe(4u);
        _guest.PathCall("path_readlink", [3], "file", 8000, 4, 8200).ShouldBe(Errno.Invalid);
        _guest.PathCall("path_readlink", [3], "missing", 8000, 4, 8200).ShouldBe(Errno.NoEntry);
    }

    [Theory]
    [InlineData("file", "hard", nameof(Errno.Success))]
    [InlineData("dir", "hard", nameof(Errno.NotPermitted))]
    [InlineData("file", "dir", nameof(Errno.Exist))]
    [InlineData("../secret", "hard", nameof(Errno.NotCapable))]
    [InlineData("file", "../hard", nameof(Errno.NotCapable))]
    [InlineData("missing", "hard", nameof(Errno.NoEntry))]
    public void Link_OnePathToAnother_AnswersAsPosix(string from, string to, string expected)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "hard links are not offered on Windows");
        var fromLength = _guest.Write(Second, from);

        _guest.PathCall("path_link", [3, 0, Second, fromLength, 3], to).ToString().ShouldBe(expected);
    }

    public void Dispose()
    {
        _guest.Dispose();
        _directory.Dispose();
    }

    private Errno Rename(int fromDirectory, string from, int toDirectory, string to)
    {
        var length = _guest.Write(Second, from);
        return _guest.PathCall("path_rename", [fromDirectory, Second, length, toDirectory], to);
    }
}
