using System.Collections.Concurrent;
using WasmLab.Shim.Compilation;
using WasmLab.Tests.Support;
using WasmLab.Wasm;

namespace WasmLab.Tests.Shim;

[Trait(Category.Name, Category.EndToEnd)]
public sealed class BackgroundPrecompilerTests : IDisposable
{
    private static readonly TimeSpan Delay = TimeSpan.FromSeconds(10);

    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTimeProvider _time = new();
    private readonly ConcurrentQueue<string> _warnings = new();
    private readonly CodeCache _cache;
    private readonly Engine _engine;

    public BackgroundPrecompilerTests()
    {
        _cache = CodeCache.ForUser(_directory["code"], () => new byte[32]);
        _engine = new Engine(new EngineOptions { CodeCaches = [_cache] });
    }

    public void Dispose()
    {
        _engine.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task Module_IsCompiledForTheNextProcess_AWhileAfterItWasLoaded()
    {
        AheadOfTimeCompiler.SkipWithout();
        using var background = new BackgroundPrecompiler(Precompiler.Find()!, _cache, _time, _warnings.Enqueue);
        background.Add("httpbin", Load());

        await Wait.UntilAsync("the module to be compiled", () =>
        {
            _time.Advance(Delay);
            return Load().IsPrecompiled;
        });

        _warnings.ShouldBeEmpty();
    }

    [Fact]
    public async Task Module_ThatCannotBeCompiled_IsNamedInAWarning()
    {
        using var background = new BackgroundPrecompiler(new Precompiler(_directory["crossgen2"]), _cache, _time, _warnings.Enqueue);
        background.Add("httpbin", Load());

        await Wait.UntilAsync("a warning", () =>
        {
            _time.Advance(Delay);
            return !_warnings.IsEmpty;
        });

        _warnings.Single().ShouldStartWith($"httpbin runs, but its code is not kept for the next start: {_directory["crossgen2"]} cannot be started");
    }

    [Fact]
    public void Module_ThatIsStillToWait_IsLeftWhenTheProcessEnds()
    {
        using (var background = new BackgroundPrecompiler(new Precompiler(_directory["crossgen2"]), _cache, _time, _warnings.Enqueue))
        {
            background.Add("httpbin", Load());
        }

        _warnings.ShouldBeEmpty();
        Directory.Exists(_cache.Directory).ShouldBeFalse();
    }

    private Module Load() => Module.Load(_engine, File.ReadAllBytes(ShimProcess.Httpbin()));
}
