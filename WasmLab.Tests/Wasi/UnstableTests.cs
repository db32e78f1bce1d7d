using WasmLab.Tests.Support;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi;

/// <summary><c>wasi_unstable</c> where it differs from preview 1.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class UnstableTests : IDisposable
{
    private const uint Result = 8000;

    private readonly TemporaryDirectory _directory = new();
    private readonly WasiGuest _guest;

    public UnstableTests()
    {
        File.WriteAllText(_directory["f"], "0123456789");
        File.SetLastWriteTimeUtc(_directory["f"], DateTime.UnixEpoch.AddSeconds(4));
        _guest = new WasiGuest(new WasiConfiguration { Preopens = [new WasiPreopen("/", _directory.Path)] }, WasiImports.UnstableModuleName);
    }

    [Fact]
    public void FileStat_OfAPathOrDescriptor_HasLinksOf32BitsAnd56Bytes()
    {
        _guest.Bytes(Result, 64).Fill(0xAA);
        _guest.PathCall("path_filestat_get", [3, 0], "f", Result).ShouldBe(Errno.Success);
        IsStatusOfTheFile();

        _guest.Bytes(Result, 64).Fill(0xAA);
        _guest.Open("f").ShouldBe(Errno.Success);
        _guest.Call("fd_filestat_get", _guest.Opened, Result).ShouldBe(Errno.Success);
        IsStatusOfTheFile();
    }

    [Theory]
    [InlineData(3, 2, 3)]
    [InlineData(2, 0, 6)]
    [InlineData(-1, 1, 9)]
    public void Seek_Whence_IsCurrentEndSet(long offset, int whence, ulong expected)
    {
        _guest.Open("f").ShouldBe(Errno.Success);
        _guest.Call("fd_seek", _guest.Opened, 4L, 2, Result).ShouldBe(Errno.Success);

        _guest.Call("fd_seek", _guest.Opened, offset, whence, Result).ShouldBe(Errno.Success);

        _guest.U64(Result).ShouldBe(expected);
        _guest.Call("fd_seek", _guest.Opened, 0L, 3, Result).ShouldBe(Errno.Invalid);
    }

    [Fact]
    public void Poll_SubscriptionsOf56Bytes_TellTheirEvents()
    {
        const uint Subscriptions = 1000;
        const uint Events = 4000;
        _guest.Bytes(Subscriptions, 112).Clear();
        _guest.Write(Subscriptions, 11UL);
        _guest.Write(Subscriptions + 24, 1u);
        _guest.Write(Subscriptions + 32, 0UL);
        _guest.Write(Subscriptions + 56, 22UL);
        _guest.Bytes(Subscriptions + 64, 1)[0] = 2;
        _guest.Write(Subscriptions + 72, 1u);

        _guest.Call("poll_oneoff", Subscriptions, Events, 2, Result).ShouldBe(Errno.Success);

        _guest.U32(Result).ShouldBe(2u);
        new[] { _guest.U64(Events), _guest.U64(Events + 32) }.ShouldBe([11UL, 22UL], ignoreOrder: true);
    }

    public void Dispose()
    {
        _guest.Dispose();
        _directory.Dispose();
    }

    private void IsStatusOfTheFile()
    {
        _guest.Bytes(Result + 16, 1)[0].ShouldBe((byte)4);
        _guest.U32(Result + 20).ShouldBe(1u);
        _guest.U64(Result + 24).ShouldBe(10UL);
        _guest.U64(Result + 40).ShouldBe(4_000_000_000UL);
        _guest.Bytes(Result + 56, 8).ToArray().ShouldBe(Enumerable.Repeat((byte)0xAA, 8).ToArray());
    }
}
