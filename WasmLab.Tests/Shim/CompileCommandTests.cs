using System.Runtime.InteropServices;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Shim;

[Trait(Category.Name, Category.EndToEnd)]
public sealed class CompileCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task FirstAnswer_OfAModuleThatIsCompiledAhead_CompilesNoneOfIt()
    {
        AheadOfTimeCompiler.SkipWithout();
        using var compile = ShimProcess.Start("compile", ShimProcess.Httpbin(), "--cache", _directory["code"]);
        (await compile.ExitAsync()).ShouldBe(0, compile.Error);
        compile.Output.Single().ShouldContain("268 of 268 functions compiled");

        (await CompiledByAnAnswerAsync(_directory["nothing"])).ShouldContain(line => IsGuest(line));
        (await CompiledByAnAnswerAsync(_directory["code"])).ShouldNotContain(line => IsGuest(line));
    }

    [Fact]
    public async Task Compile_Again_SaysThatItIsThere()
    {
        AheadOfTimeCompiler.SkipWithout();
        using var first = ShimProcess.Start("compile", ShimProcess.Httpbin(), "--program-cache", _directory["code"]);
        (await first.ExitAsync()).ShouldBe(0, first.Error);

        using var second = ShimProcess.Start("compile", ShimProcess.Httpbin(), "--program-cache", _directory["code"]);

        (await second.ExitAsync()).ShouldBe(0, second.Error);
        second.Output.Single().ShouldBe($"{ShimProcess.Httpbin()}: is compiled already, in {_directory["code"]}");
    }

    [Fact]
    public async Task Compile_OfWhatIsNoModule_IsRefused()
    {
        await File.WriteAllTextAsync(_directory["text.wasm"], "no module", TestContext.Current.CancellationToken);

        using var shim = ShimProcess.Start("compile", _directory["text.wasm"], "--cache", _directory["code"]);

        (await shim.ExitAsync()).ShouldBe(1);
        shim.Error.ShouldStartWith("wasmlab-shim: bad module: ");
    }

    [Fact]
    public async Task Compile_WithACompilerThatIsNotThere_NamesIt()
    {
        using var shim = ShimProcess.Start("compile", ShimProcess.Httpbin(), "--cache", _directory["code"], "--compiler", _directory["crossgen2"]);

        (await shim.ExitAsync()).ShouldBe(1);
        shim.Error.ShouldStartWith($"wasmlab-shim: {_directory["crossgen2"]} cannot be started: ");
    }

    // As .NET lists what it compiles; there are dynamic methods of its own, too.
    private static bool IsGuest(string line) =>
        line.Contains("(dynamicClass):wasm-", StringComparison.Ordinal) || line.Contains("(dynamicClass):_start(", StringComparison.Ordinal);

    /// <summary>What .NET compiles until the server has answered once.</summary>
    private async Task<string[]> CompiledByAnAnswerAsync(string cache)
    {
        var list = _directory[$"{Path.GetFileName(cache)}.txt"];
        using var shim = ShimProcess.StartWith(
            [("DOTNET_JitStdOutFile", list), ("DOTNET_JitDisasmSummary", "1")],
            "run", ShimProcess.Httpbin(), "--env", "PORT=0", "--env", "BIND_ADDRESS=127.0.0.1", "--cache", cache);
        var address = (await shim.LineAsync(line => line.StartsWith("listening on ", StringComparison.Ordinal)))["listening on ".Length..];
        using var client = new HttpClient();
        (await client.GetStringAsync($"http://{address}/get?foo=bar", TestContext.Current.CancellationToken)).ShouldContain("bar");
        shim.Signal(PosixSignal.SIGTERM);
        await shim.ExitAsync();
        return await File.ReadAllLinesAsync(list, TestContext.Current.CancellationToken);
    }
}
