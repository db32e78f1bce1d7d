using System.Runtime.InteropServices;
using System.Text;
using WasmLab.Tests.Support;
using WasmLab.Wasm;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Tests.Wasi;

/// <summary>A file that keeps its reader waiting.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed partial class FifoTests : IDisposable
{
    private const long Read = 0x8000002;
    private const uint Vectors = 100;
    private const uint Buffer = 4096;
    private const uint Result = 200;

    private readonly TemporaryDirectory _directory = new();
    private readonly WasiGuest _guest;

    public FifoTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "named pipes are files on Linux");
        MakeFifo(_directory["fifo"], 0x180).ShouldBe(0);
        _guest = new WasiGuest(new WasiConfiguration { Preopens = [new WasiPreopen("/", _directory.Path)] });
        _guest.Vectors(Vectors, (Buffer, 100));
    }

    [Fact]
    public async Task Read_OfAFifo_WaitsForItsWriter()
    {
        _guest.Open("fifo", rights: Read).ShouldBe(Errno.Success);
        var reading = ReadAsync();
        await Wait.UntilAsync("the guest is blocked", () => _guest.Context.IsWaiting);

        await File.WriteAllTextAsync(_directory["fifo"], "hello", TestContext.Current.CancellationToken);

        (await reading).ShouldBe(Errno.Success);
        Encoding.UTF8.GetString(_guest.Bytes(Buffer, _guest.U32(Result))).ShouldBe("hello");
        (await ReadAsync()).ShouldBe(Errno.Success);
        _guest.U32(Result).ShouldBe(0u, "the writer has gone");
    }

    [Fact]
    public async Task Read_OfAFifoWithoutWriter_CanBeInterrupted()
    {
        _guest.Open("fifo", rights: Read).ShouldBe(Errno.Success);
        var reading = ReadAsync();
        await Wait.UntilAsync("the guest is blocked", () => _guest.Context.IsWaiting);

        _guest.Interrupt();

        (await Should.ThrowAsync<TrapException>(reading)).Kind.ShouldBe(TrapKind.Interrupted);
    }

    public void Dispose()
    {
        _guest?.Dispose();
        _directory.Dispose();
    }

    private Task<Errno> ReadAsync() =>
        Task.Run(() => _guest.Call("fd_read", _guest.Opened, Vectors, 1, Result), TestContext.Current.CancellationToken);

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFifo(string path, uint mode);
}
