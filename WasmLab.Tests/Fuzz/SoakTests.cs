using WasmLab.Fuzz.Differential;
using WasmLab.Fuzz.Soak;
using WasmLab.Tests.Assets;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Fuzz;

[Trait(Category.Name, Category.EndToEnd)]
public sealed class SoakTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Servers_CreatedCalledAndKilledAtRandom_LeakNothing()
    {
        // In a process of its own, for what other tests hold would count too.
        string[] arguments =
            [typeof(SoakRun).Assembly.Location, "soak", "--module", AssetFiles.PathOf("modules/httpbin.wasm"), "--instances", "60", "--seconds", "8"];

        var (text, error) = await ExternalProgram.RunAsync("dotnet", arguments, TestContext.Current.CancellationToken);

        output.WriteLine(text);
        text.ShouldContain("nothing leaked", customMessage: error);
    }
}
