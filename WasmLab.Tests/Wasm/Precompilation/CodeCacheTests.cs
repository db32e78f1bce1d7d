using WasmLab.Tests.Support;
using WasmLab.Wasm;

namespace WasmLab.Tests.Wasm.Precompilation;

[Trait(Category.Name, Category.EndToEnd)]
public sealed class CodeCacheTests : IDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

    private readonly TemporaryDirectory _directory = new();

    public CodeCacheTests() => AheadOfTimeCompiler.SkipWithout();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Module_ThatWasCompiledAhead_ComputesTheSame()
    {
        var compiled = Compile(Cache());

        compiled.ShouldSatisfyAllConditions(() => compiled.Functions.ShouldBe(1), () => compiled.CompiledFunctions.ShouldBe(1));
        using var engine = new Engine(new EngineOptions { CodeCaches = [Cache()] });
        var module = Module.Load(engine, Square);
        module.IsPrecompiled.ShouldBeTrue();
        Run(engine, module, 12).ShouldBe(144);
    }

    [Fact]
    public void File_WithAByteChanged_IsNotUsed()
    {
        var path = Compile(Cache()).Path;
        var good = File.ReadAllBytes(path);
        foreach (var position in new[] { 0, good.Length / 3, good.Length / 2, good.Length - 70, good.Length - 36, good.Length - 33, good.Length - 1 })
        {
            var bad = good.ToArray();
            bad[position] ^= 0x10;
            File.WriteAllBytes(path, bad);

            IsUsed(Cache()).ShouldBeFalse($"byte {position} of {good.Length}");
        }

        File.WriteAllBytes(path, good);
        IsUsed(Cache()).ShouldBeTrue();
    }

    [Fact]
    public void File_ThatIsCutOff_IsNotUsed()
    {
        var path = Compile(Cache()).Path;
        var good = File.ReadAllBytes(path);
        foreach (var length in new[] { 0, 1, 31, 36, good.Length / 2, good.Length - 33, good.Length - 1 })
        {
            File.WriteAllBytes(path, good[..length]);

            IsUsed(Cache()).ShouldBeFalse($"{length} bytes of {good.Length}");
        }
    }

    [Fact]
    public void File_OfAnotherUser_IsNotUsed()
    {
        Compile(CodeCache.ForUser(_directory["code"], () => new byte[32]));

        IsUsed(Cache()).ShouldBeFalse();
    }

    [Fact]
    public void File_ThatWasMadeForAProgram_IsNotUsedByAUsersCache()
    {
        Compile(CodeCache.ForProgram(_directory["code"]));

        IsUsed(Cache()).ShouldBeFalse();
        IsUsed(CodeCache.ForProgram(_directory["code"])).ShouldBeTrue();
    }

    [Fact]
    public void File_OfAnotherModule_UnderThisName_IsNotUsed()
    {
        var other = Compile(Cache(), Twice).Path;
        var path = Compile(Cache()).Path;
        File.Copy(other, path, overwrite: true);

        IsUsed(Cache()).ShouldBeFalse();
    }

    [Fact]
    public void Code_ForOtherOptions_IsNotUsed()
    {
        Compile(Cache());

        using var engine = new Engine(new EngineOptions { CodeCaches = [Cache()], CountFuel = true });
        Module.Load(engine, Square).IsPrecompiled.ShouldBeFalse();
        using var checking = new Engine(new EngineOptions { CodeCaches = [Cache()], BoundsChecks = BoundsChecks.Explicit });
        using var standard = new Engine(new EngineOptions { CodeCaches = [Cache()] });
        Module.Load(checking, Square).IsPrecompiled.ShouldBe(standard.Arena is null);
    }

    [Fact]
    public void Directory_ThatOthersCanWrite_IsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes of files.");
        Compile(Cache());
        File.SetUnixFileMode(_directory["code"], File.GetUnixFileMode(_directory["code"]) | UnixFileMode.GroupWrite);

        IsUsed(Cache()).ShouldBeFalse();
        Should.Throw<IOException>(() => Compile(Cache())).Message.ShouldContain("can be written by others: chmod go-w");
    }

    [Fact]
    public void Directory_BelowOneThatEveryoneCanWrite_IsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no modes of files.");
        Compile(Cache());
        File.SetUnixFileMode(_directory.Path, File.GetUnixFileMode(_directory.Path) | UnixFileMode.OtherWrite);

        IsUsed(Cache()).ShouldBeFalse();
        Should.Throw<IOException>(() => Compile(Cache())).Message.ShouldContain($"{_directory.Path} can be written by everyone");
    }

    [Fact]
    public void Compile_RemovesWhatAProcessLeftBehindADayAgo()
    {
        var time = new ManualTimeProvider();
        Compile(Cache());
        var (old, recent) = (_directory["code/.work-old"], _directory["code/.work-recent"]);
        Directory.CreateDirectory(old);
        Directory.CreateDirectory(recent);
        Directory.SetLastWriteTimeUtc(old, time.GetUtcNow().UtcDateTime.AddHours(-25));
        Directory.SetLastWriteTimeUtc(recent, time.GetUtcNow().UtcDateTime.AddHours(-23));

        Compile(Cache(time), Twice);

        Directory.GetDirectories(_directory["code"]).ShouldBe([recent]);
    }

    [Fact]
    public void Compile_BeyondTheSize_RemovesWhatWasNotUsedForLongest()
    {
        var time = new ManualTimeProvider();
        var (size, square) = (Compile(Cache()).Size, Compile(Cache()).Path);
        var twice = Compile(Cache(), Twice).Path;
        File.SetLastWriteTimeUtc(square, time.GetUtcNow().UtcDateTime.AddDays(-2));
        File.SetLastWriteTimeUtc(twice, time.GetUtcNow().UtcDateTime.AddDays(-1));
        var cache = CodeCache.ForUser(_directory["code"], () => Key, time, maxSize: (2 * size) + (size / 2));

        IsUsed(cache).ShouldBeTrue();
        var minus = Compile(cache, Minus).Path;

        Directory.GetFiles(_directory["code"]).ShouldBe([square, minus], ignoreOrder: true);
    }

    [Fact]
    public void Compile_LargerThanTheCache_IsKeptAlone()
    {
        var square = Compile(Cache()).Path;

        var twice = Compile(CodeCache.ForUser(_directory["code"], () => Key, maxSize: 1), Twice).Path;

        square.ShouldNotBe(twice);
        Directory.GetFiles(_directory["code"]).ShouldBe([twice]);
    }

    [Fact]
    public void Compile_LeavesNothingButTheFile_WhichOnlyTheOwnerCanReplace()
    {
        var path = Compile(Cache()).Path;

        Directory.GetFileSystemEntries(_directory["code"]).ShouldBe([path]);
        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(_directory["code"]).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [Fact]
    public void Compile_WithoutTheCompiler_SaysWhichProgramIsMissing()
    {
        using var engine = new Engine();
        var missing = _directory["crossgen2"];

        Should.Throw<PrecompilationException>(() => new Precompiler(missing).Compile(Module.Load(engine, Square), Cache()))
            .Message.ShouldContain($"{missing} cannot be started");
        Directory.GetFileSystemEntries(_directory["code"]).ShouldBeEmpty();
    }

    [Fact]
    public void Compile_Cancelled_LeavesNothing()
    {
        using var engine = new Engine();
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();

        Should.Throw<OperationCanceledException>(() => Precompiler.Find()!.Compile(Module.Load(engine, Square), Cache(), cancellation: cancellation.Token));
        Directory.GetFileSystemEntries(_directory["code"]).ShouldBeEmpty();
    }

    private static byte[] Square { get; } = Unary(Opcodes.I32Mul);

    private static byte[] Twice { get; } = Unary(Opcodes.I32Add);

    private static byte[] Minus { get; } = Unary(Opcodes.I32Sub);

    private CodeCache Cache(TimeProvider? time = null) => CodeCache.ForUser(_directory["code"], () => Key, time);

    private static PrecompiledModule Compile(CodeCache cache, byte[]? wasm = null)
    {
        using var engine = new Engine();
        return Precompiler.Find()!.Compile(Module.Load(engine, wasm ?? Square), cache);
    }

    private static bool IsUsed(CodeCache cache)
    {
        using var engine = new Engine(new EngineOptions { CodeCaches = [cache] });
        var module = Module.Load(engine, Square);
        Run(engine, module, 7).ShouldBe(49);
        return module.IsPrecompiled;
    }

    private static object? Run(Engine engine, Module module, int argument)
    {
        using var instance = new Linker(engine).Instantiate(module);
        return instance.GetFunction("run")!.Invoke(argument)[0];
    }

    /// <summary>A module whose function <c>run</c> combines its argument with itself.</summary>
    private static byte[] Unary(byte operation) =>
    [
        0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00,
        0x01, 0x06, 0x01, 0x60, 0x01, 0x7F, 0x01, 0x7F,
        0x03, 0x02, 0x01, 0x00,
        0x07, 0x07, 0x01, 0x03, 0x72, 0x75, 0x6E, 0x00, 0x00,
        0x0A, 0x09, 0x01, 0x07, 0x00, 0x20, 0x00, 0x20, 0x00, operation, 0x0B,
    ];

    private static class Opcodes
    {
        public const byte I32Add = 0x6A;
        public const byte I32Sub = 0x6B;
        public const byte I32Mul = 0x6C;
    }
}
