using WasmLab.Tests.Support;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi;

[Trait(Category.Name, Category.Unit)]
public sealed class FdTests : IDisposable
{
    private const uint Vectors = 100;
    private const uint Buffer = 4096;
    private const uint Result = 200;

    private readonly TemporaryDirectory _directory = new();
    private readonly WasiGuest _guest;

    public FdTests() => _guest = new WasiGuest(new WasiConfiguration { Preopens = [new WasiPreopen("/data", _directory.Path)] });

    [Fact]
    public void ReadAndWrite_OverSeveralBuffers_MoveThePosition()
    {
        _guest.Open("f", Create).ShouldBe(Errno.Success);
        var fd = _guest.Opened;
        _guest.Write(Buffer, "hello world");
        _guest.Vectors(Vectors, (Buffer, 5), (Buffer + 5, 0), (Buffer + 5, 6));

        _guest.Call("fd_write", fd, Vectors, 3, Result).ShouldBe(Errno.Success);
        _guest.U32(Result).ShouldBe(11u);
        Position(fd).ShouldBe(11UL);
        Seek(fd, 6, 0).ShouldBe(Errno.Success);
        _guest.Vectors(Vectors, (Buffer + 100, 3), (Buffer + 200, 100));
        _guest.Call("fd_read", fd, Vectors, 2, Result).ShouldBe(Errno.Success);

        _guest.U32(Result).ShouldBe(5u);
        _guest.Text(Buffer + 100, 3).ShouldBe("wor");
        _guest.Text(Buffer + 200, 2).ShouldBe("ld");
        File.ReadAllText(_directory["f"]).ShouldBe("hello world");
    }

    [Fact]
    public void PositionedCalls_LeaveThePosition()
    {
        File.WriteAllText(_directory["f"], "0123456789");
        _guest.Open("f").ShouldBe(Errno.Success);
        var fd = _guest.Opened;
        _guest.Vectors(Vectors, (Buffer, 4));

        _guest.Call("fd_pread", fd, Vectors, 1, 3L, Result).ShouldBe(Errno.Success);
        _guest.Text(Buffer, 4).ShouldBe("3456");
        _guest.Write(Buffer, "ABCD");
        _guest.Call("fd_pwrite", fd, Vectors, 1, 8L, Result).ShouldBe(Errno.Success);

        Position(fd).ShouldBe(0UL);
        File.ReadAllText(_directory["f"]).ShouldBe("01234567ABCD");
        _guest.Call("fd_pread", fd, Vectors, 1, -1L, Result).ShouldBe(Errno.Invalid);
        _guest.Call("fd_pread", fd, Vectors, 1, 1000L, Result).ShouldBe(Errno.Success);
        _guest.U32(Result).ShouldBe(0u);
    }

    [Fact]
    public void Append_AfterASeek_WritesAtTheEnd()
    {
        File.WriteAllText(_directory["f"], "one");
        _guest.Open("f", fdflags: 1).ShouldBe(Errno.Success);
        Seek(_guest.Opened, 0, 0).ShouldBe(Errno.Success);

        WriteText(_guest.Opened, "two").ShouldBe(Errno.Success);

        File.ReadAllText(_directory["f"]).ShouldBe("onetwo");
    }

    [Theory]
    [InlineData(-1L, 0, nameof(Errno.Invalid))]
    [InlineData(0L, 3, nameof(Errno.Invalid))]
    [InlineData(-11L, 2, nameof(Errno.Invalid))]
    [InlineData(long.MaxValue, 2, nameof(Errno.Overflow))]
    [InlineData(-10L, 2, nameof(Errno.Success))]
    [InlineData(100L, 0, nameof(Errno.Success))]
    public void Seek_ToAPlace_IsAllowedOrNot(long offset, int whence, string expected)
    {
        File.WriteAllText(_directory["f"], "0123456789");
        _guest.Open("f").ShouldBe(Errno.Success);

        Seek(_guest.Opened, offset, whence).ToString().ShouldBe(expected);
    }

    [Fact]
    public void Seek_OnWhatHasNoPosition_IsIllegal()
    {
        Seek(1, 0, 0).ShouldBe(Errno.IllegalSeek);
        Seek(3, 0, 0).ShouldBe(Errno.BadDescriptor);
        Seek(99, 0, 0).ShouldBe(Errno.BadDescriptor);
    }

    [Fact]
    public void Renumber_OntoAnother_ClosesItAndMoves()
    {
        File.WriteAllText(_directory["a"], "a");
        File.WriteAllText(_directory["b"], "b");
        _guest.Open("a").ShouldBe(Errno.Success);
        var first = _guest.Opened;
        _guest.Open("b").ShouldBe(Errno.Success);
        var second = _guest.Opened;

        _guest.Call("fd_renumber", second, first).ShouldBe(Errno.Success);

        ReadText(first).ShouldBe("b");
        _guest.Call("fd_close", second).ShouldBe(Errno.BadDescriptor);
        _guest.Call("fd_renumber", first, 77).ShouldBe(Errno.BadDescriptor);
        _guest.Open("a").ShouldBe(Errno.Success);
        _guest.Opened.ShouldBe(second, "the lowest free number is taken");
    }

    [Fact]
    public void FdStat_OfAFile_HasTypeFlagsAndRights()
    {
        _guest.Open("f", Create, rights: 0x42, fdflags: 1).ShouldBe(Errno.Success);
        var fd = _guest.Opened;

        _guest.Call("fd_fdstat_get", fd, Buffer).ShouldBe(Errno.Success);

        _guest.Bytes(Buffer, 1)[0].ShouldBe((byte)4);
        _guest.U16(Buffer + 2).ShouldBe((ushort)1);
        _guest.U64(Buffer + 8).ShouldBe(0x42UL);
        _guest.U64(Buffer + 16).ShouldBe(0UL);
        _guest.Call("fd_seek", fd, 1L, 0, Result).ShouldBe(Errno.NotCapable);
        _guest.Call("fd_filestat_set_size", fd, 1L).ShouldBe(Errno.NotCapable);
    }

    [Fact]
    public void SetRights_Fewer_CannotBeTakenBack()
    {
        _guest.Open("f", Create).ShouldBe(Errno.Success);
        var fd = _guest.Opened;

        _guest.Call("fd_fdstat_set_rights", fd, 2L, 0L).ShouldBe(Errno.Success);

        WriteText(fd, "x").ShouldBe(Errno.NotCapable);
        _guest.Call("fd_fdstat_set_rights", fd, 0x42L, 0L).ShouldBe(Errno.NotCapable);
    }

    [Fact]
    public void FileStat_OfAFile_HasTheExactLayout()
    {
        File.WriteAllText(_directory["f"], "12345");
        File.SetLastWriteTimeUtc(_directory["f"], DateTime.UnixEpoch.AddSeconds(1_700_000_000));
        _guest.Open("f").ShouldBe(Errno.Success);

        _guest.Call("fd_filestat_get", _guest.Opened, Buffer).ShouldBe(Errno.Success);

        _guest.U64(Buffer + 8).ShouldBeGreaterThan(0UL);
        _guest.Bytes(Buffer + 16, 1)[0].ShouldBe((byte)4);
        _guest.U64(Buffer + 24).ShouldBe(1UL);
        _guest.U64(Buffer + 32).ShouldBe(5UL);
        _guest.U64(Buffer + 48).ShouldBe(1_700_000_000_000_000_000UL);
    }

    [Fact]
    public void SetTimesAndSize_ChangeTheFile()
    {
        _guest.Open("f", Create).ShouldBe(Errno.Success);
        var fd = _guest.Opened;

        _guest.Call("fd_filestat_set_size", fd, 100L).ShouldBe(Errno.Success);
        _guest.Call("fd_allocate", fd, 50L, 100L).ShouldBe(Errno.Success);
        _guest.Call("fd_filestat_set_times", fd, 5_000_000_000L, 7_000_000_000L, 5).ShouldBe(Errno.Success);

        var file = new FileInfo(_directory["f"]);
        file.Length.ShouldBe(150);
        file.LastAccessTimeUtc.ShouldBe(DateTime.UnixEpoch.AddSeconds(5));
        file.LastWriteTimeUtc.ShouldBe(DateTime.UnixEpoch.AddSeconds(7));
        _guest.Call("fd_filestat_set_times", fd, 0L, 0L, 3).ShouldBe(Errno.Invalid);
        _guest.Call("fd_allocate", fd, 0L, 0L).ShouldBe(Errno.Invalid);
        _guest.Call("fd_sync", fd).ShouldBe(Errno.Success);
        _guest.Call("fd_datasync", fd).ShouldBe(Errno.Success);
        _guest.Call("fd_advise", fd, 0L, 0L, 6).ShouldBe(Errno.Invalid);
        _guest.Call("fd_advise", fd, 0L, 0L, 5).ShouldBe(Errno.Success);
    }

    [Fact]
    public void Prestat_OfThePreopen_IsItsName()
    {
        _guest.Call("fd_prestat_get", 3, Buffer).ShouldBe(Errno.Success);
        _guest.U32(Buffer).ShouldBe(0u);
        _guest.U32(Buffer + 4).ShouldBe(5u);
        _guest.Call("fd_prestat_dir_name", 3, Buffer, 5).ShouldBe(Errno.Success);
        _guest.Text(Buffer, 5).ShouldBe("/data");
        _guest.Call("fd_prestat_dir_name", 3, Buffer, 4).ShouldBe(Errno.NameTooLong);
        _guest.Call("fd_prestat_get", 4, Buffer).ShouldBe(Errno.BadDescriptor);
        _guest.Call("fd_prestat_get", 0, Buffer).ShouldBe(Errno.BadDescriptor);
    }

    [Theory]
    [InlineData(4096)]
    [InlineData(40)]
    public void ReadDirectory_InPiecesOfAnySize_GivesEveryEntryOnce(int bufferSize)
    {
        string[] names = ["a", "bb", "sub", "ä"];
        foreach (var name in names.Where(name => name != "sub"))
        {
            File.WriteAllText(_directory[name], "");
        }

        Directory.CreateDirectory(_directory["sub"]);

        List<(string Name, byte Type)> found = [];
        var cookie = 0L;
        while (true)
        {
            _guest.Call("fd_readdir", 3, Buffer, bufferSize, cookie, Result).ShouldBe(Errno.Success);
            var used = _guest.U32(Result);
            var read = ReadEntries(Buffer, used, found, ref cookie);
            if (used < bufferSize)
            {
                break;
            }

            read.ShouldBeTrue("a buffer for one entry must bring the listing on");
        }

        found.Select(entry => entry.Name).Order().ShouldBe([".", "..", .. names.Order()], ignoreOrder: true);
        found.Single(entry => entry.Name == "sub").Type.ShouldBe((byte)3);
        found.Single(entry => entry.Name == "a").Type.ShouldBe((byte)4);
    }

    [Fact]
    public void StandardStreams_HaveTheirDirections()
    {
        _guest.Vectors(Vectors, (Buffer, 10));

        _guest.Call("fd_write", 0, Vectors, 1, Result).ShouldBe(Errno.NotCapable);
        _guest.Call("fd_read", 1, Vectors, 1, Result).ShouldBe(Errno.NotCapable);
        _guest.Call("fd_read", 0, Vectors, 1, Result).ShouldBe(Errno.Success);
        _guest.U32(Result).ShouldBe(0u);
        _guest.Call("fd_read", 3, Vectors, 1, Result).ShouldBeOneOf(Errno.IsDirectory, Errno.NotCapable);
    }

    public void Dispose()
    {
        _guest.Dispose();
        _directory.Dispose();
    }

    private const int Create = 1;

    private Errno Seek(uint fd, long offset, int whence) => _guest.Call("fd_seek", fd, offset, whence, Result);

    private ulong Position(uint fd)
    {
        _guest.Call("fd_tell", fd, Result).ShouldBe(Errno.Success);
        return _guest.U64(Result);
    }

    private Errno WriteText(uint fd, string text)
    {
        _guest.Vectors(Vectors, (Buffer, _guest.Write(Buffer, text)));
        return _guest.Call("fd_write", fd, Vectors, 1, Result);
    }

    private string ReadText(uint fd)
    {
        _guest.Vectors(Vectors, (Buffer, 1000));
        _guest.Call("fd_read", fd, Vectors, 1, Result).ShouldBe(Errno.Success);
        return _guest.Text(Buffer, _guest.U32(Result));
    }

    private bool ReadEntries(uint address, uint used, List<(string Name, byte Type)> found, ref long cookie)
    {
        var any = false;
        while (used >= 24 && used - 24 >= _guest.U32(address + 16))
        {
            var length = _guest.U32(address + 16);
            found.Add((_guest.Text(address + 24, length), _guest.Bytes(address + 20, 1)[0]));
            cookie = (long)_guest.U64(address);
            address += 24 + length;
            used -= 24 + length;
            any = true;
        }

        return any;
    }
}
