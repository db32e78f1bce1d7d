using WasmLab.Fuzz.Differential;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Fuzz;

[Trait(Category.Name, Category.Spec)]
public sealed class DifferentialTests(ITestOutputHelper output)
{
    public static TheoryData<string> References => ["wabt", "node"];

    [Theory]
    [MemberData(nameof(References))]
    public async Task GeneratedModules_HaveTheSameOutcomeElsewhere(string name)
    {
        var reference = ((IReferenceEngine[])[new WabtEngine(), new NodeEngine()]).Single(engine => engine.Name == name);
        Assert.SkipWhen(reference.Missing is not null, reference.Missing ?? "");
        var run = new DifferentialRun([reference], seed: 1, output.WriteLine);

        var report = await run.RunAsync(0, 1_000, TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        output.WriteLine($"{report.Modules} modules, {report.Calls} calls, {report.Traps} of them trapped");
        report.Differences.ShouldBeEmpty();
        report.Calls.ShouldBeGreaterThan(report.Traps);
    }
}
