using System.Runtime.InteropServices;
using WasmLab.Tests.Support;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi;

/// <summary>
/// Another program exchanges names below the guest's directory while the guest works there: <c>swap</c> is now a directory or file,
/// now a link to what lies outside. No call may ever reach the outside.
/// </summary>
[Trait(Category.Name, Category.Unit)]
public sealed partial class HostileHostTests : IDisposable
{
    private const int Rounds = 3000;
    private const int Create = 1;
    private const uint Vectors = 100;
    private const uint Buffer = 4096;
    private const uint Result = 200;

    private readonly TemporaryDirectory _directory = new();
    private readonly string _root;
    private readonly WasiGuest _guest;

    public HostileHostTests()
    {
        _root = _directory["root"];
        Directory.CreateDirectory(_directory["outside"]);
        File.WriteAllText(_directory["outside/file"], "outside");
        Directory.CreateDirectory(Path.Combine(_root, "swap"));
        Directory.CreateDirectory(Path.Combine(_root, "plain"));
        File.WriteAllText(Path.Combine(_root, "swap", "file"), "inside!");
        File.WriteAllText(Path.Combine(_root, "swap-file"), "inside!");
        Directory.CreateSymbolicLink(Path.Combine(_root, "other"), _directory["outside"]);
        File.CreateSymbolicLink(Path.Combine(_root, "other-file"), _directory["outside/file"]);
        _guest = new WasiGuest(new WasiConfiguration { Preopens = [new WasiPreopen("/", _root)] });
    }

    [Fact]
    public async Task Read_WhileALinkIsExchangedForTheDirectory_NeverReadsTheOutside() =>
        await WhileExchanging(() =>
        {
            string[] paths = ["swap/file", "plain/../swap/file", "swap-file"];
            foreach (var path in paths)
            {
                if (_guest.Open(path) == Errno.Success)
                {
                    Read(_guest.Opened).ShouldBe("inside!");
                    _guest.Call("fd_close", _guest.Opened);
                }
            }

            if (_guest.PathCall("path_filestat_get", [3, 1], "swap-file", 8000) == Errno.Success)
            {
                _guest.U64(8032).ShouldBe(7UL);
            }
        });

    [Fact]
    public async Task Change_WhileALinkIsExchangedForTheDirectory_NeverChangesTheOutside()
    {
        var time = File.GetLastWriteTimeUtc(_directory["outside/file"]);
        await WhileExchanging(() =>
        {
            if (_guest.Open("swap/new", Create) == Errno.Success)
            {
                _guest.Call("fd_close", _guest.Opened);
            }

            _guest.PathCall("path_create_directory", [3], "swap/made");
            _guest.PathCall("path_filestat_set_times", [3, 1], "swap-file", 5L, 6L, 5);
            _guest.PathCall("path_unlink_file", [3], "swap/file");
            File.WriteAllText(Path.Combine(_root, "plain", "again"), "inside!");
            var length = _guest.Write(20000, "plain/again");
            _guest.PathCall("path_rename", [3, 20000, length, 3], "swap/file");
        });

        Directory.GetFileSystemEntries(_directory["outside"]).ShouldBe([_directory["outside/file"]]);
        File.ReadAllText(_directory["outside/file"]).ShouldBe("outside");
        File.GetLastWriteTimeUtc(_directory["outside/file"]).ShouldBe(time);
    }

    [Fact]
    public void DotDot_AfterTheHostMovedTheDirectoryOut_StaysInside()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux keeps directories open");
        Directory.CreateDirectory(Path.Combine(_root, "plain", "deep"));
        _guest.Open("plain/deep", 2).ShouldBe(Errno.Success);
        var deep = _guest.Opened;
        Directory.Move(Path.Combine(_root, "plain", "deep"), _directory["outside/deep"]);

        _guest.Open("../file", directory: deep).ShouldBe(Errno.NotCapable);
        _guest.Open("x/../../file", directory: deep).ShouldBe(Errno.NoEntry);
        _guest.Open("new", Create, directory: deep).ShouldBe(Errno.Success, "the capability is the directory, wherever it is");
    }

    [Fact]
    public void Preopen_RenamedByTheHost_StaysTheSameDirectory()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux keeps directories open");
        Directory.Move(_root, _directory["moved"]);
        Directory.CreateSymbolicLink(_root, _directory["outside"]);

        _guest.Open("swap-file").ShouldBe(Errno.Success);
        _guest.Open("file").ShouldBe(Errno.NoEntry);
    }

    public void Dispose()
    {
        _guest.Dispose();
        _directory.Dispose();
    }

    private async Task WhileExchanging(Action act)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "only Linux is safe against such a host");
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var exchanging = Task.Run(
            () =>
            {
                while (!ended.IsCancellationRequested)
                {
                    Exchange("swap", "other");
                    Exchange("swap-file", "other-file");
                }
            },
            TestContext.Current.CancellationToken);
        try
        {
            for (var i = 0; i < Rounds; i++)
            {
                act();
            }
        }
        finally
        {
            await ended.CancelAsync();
            await exchanging;
        }
    }

    private string Read(uint fd)
    {
        _guest.Vectors(Vectors, (Buffer, 100));
        _guest.Call("fd_read", fd, Vectors, 1, Result).ShouldBe(Errno.Success);
        return _guest.Text(Buffer, _guest.U32(Result));
    }

    private void Exchange(string one, string other)
    {
        const int CurrentDirectory = -100;
        const uint ExchangeFlag = 2;
        if (RenameAt2(CurrentDirectory, Path.Combine(_root, one), CurrentDirectory, Path.Combine(_root, other), ExchangeFlag) != 0)
        {
            throw new IOException(Marshal.GetLastPInvokeErrorMessage());
        }
    }

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int RenameAt2(int fromDirectory, string from, int toDirectory, string to, uint flags);
}
