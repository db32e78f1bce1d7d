using WasmLab.Tests.Support;

namespace WasmLab.Tests.Wasi.RealPrograms;

/// <summary>Debian's zstd, built for WASI, beside its native build.</summary>
[Trait(Category.Name, Category.Programs)]
public sealed class ZstdTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("-1")]
    [InlineData("-9")]
    [InlineData("-19")]
    public async Task Compress_AFile_GivesTheNativeProgramsBytesAndBack(string level)
    {
        RealPrograms.Require("zstd.wasm", "zstd", "lua.wasm");
        File.Copy(RealPrograms.PathOf("lua.wasm"), _directory["data"]);

        (await Ours("-q", level, "/data", "-o", "/ours.zst")).ExitCode.ShouldBe(0);
        (await Theirs("-q", level, "data", "-o", "theirs.zst")).ExitCode.ShouldBe(0);
        (await Ours("-q", "-d", "/theirs.zst", "-o", "/back")).ExitCode.ShouldBe(0);

        Bytes("ours.zst").ShouldBe(Bytes("theirs.zst"));
        Bytes("back").ShouldBe(Bytes("data"));
        Bytes("ours.zst").Length.ShouldBeLessThan(Bytes("data").Length / 2);
    }

    [Fact]
    public async Task Decompress_ADamagedFile_FailsAsTheNativeProgram()
    {
        RealPrograms.Require("zstd.wasm", "zstd", "lua.wasm");
        File.Copy(RealPrograms.PathOf("lua.wasm"), _directory["data"]);
        (await Theirs("-q", "data", "-o", "data.zst")).ExitCode.ShouldBe(0);
        var damaged = Bytes("data.zst");
        damaged[damaged.Length / 2] ^= 0x55;
        await File.WriteAllBytesAsync(_directory["data.zst"], damaged, TestContext.Current.CancellationToken);

        var ours = await Ours("-q", "-d", "data.zst", "-o", "ours");
        var theirs = await Theirs("-q", "-d", "data.zst", "-o", "theirs");

        ours.ExitCode.ShouldBe(theirs.ExitCode);
        ours.ExitCode.ShouldNotBe(0);
        ours.Error.ShouldBe(theirs.Error);
    }

    private Task<ProgramOutcome> Ours(params string[] arguments) => OurEngine.RunAsync(RealPrograms.PathOf("zstd.wasm"), _directory.Path, arguments);

    private Task<ProgramOutcome> Theirs(params string[] arguments) => OtherProcess.RunAsync(RealPrograms.PathOf("zstd"), arguments, _directory.Path);

    private byte[] Bytes(string name) => File.ReadAllBytes(_directory[name]);
}
