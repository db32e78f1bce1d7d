using WasmLab.Fuzz.Differential;
using WasmLab.Tests.Support;
using WasmLab.Wasm;

namespace WasmLab.Tests.Fuzz;

[Trait(Category.Name, Category.Spec)]
public sealed class DifferentialTests(ITestOutputHelper output)
{
    public static TheoryData<string, double> References => new() { { "wabt", 0 }, { "node", 0 }, { "node", 0.0005 } };

    [Theory]
    [MemberData(nameof(References))]
    public async Task GeneratedModules_HaveTheSameOutcomeElsewhere(string name, double partSize)
    {
        var reference = ((IReferenceEngine[])[new WabtEngine(), new NodeEngine()]).Single(engine => engine.Name == name);
        Assert.SkipWhen(reference.Missing is not null, reference.Missing ?? "");
        using var engine = new Engine(new EngineOptions { PartSize = partSize });
        var run = new DifferentialRun(engine, [reference], seed: 1, output.WriteLine);

        var report = await run.RunAsync(0, 1_000, TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        output.WriteLine($"{report.Modules} modules, {report.Calls} calls, {report.Traps} of them trapped");
        report.Differences.ShouldBeEmpty();
        report.Calls.ShouldBeGreaterThan(report.Traps);
    }
}
