using WasmLab.Fuzz.Corpora;
using WasmLab.Fuzz.Running;
using WasmLab.Tests.Assets;
using WasmLab.Tests.Support;
using WasmLab.Tests.Wasm.Spec;

namespace WasmLab.Tests.Fuzz;

[Trait(Category.Name, Category.EndToEnd)]
public sealed class SupervisorTests(SupervisorTests.Modules modules, ITestOutputHelper output) : IClassFixture<SupervisorTests.Modules>
{
    [Theory]
    [InlineData(1, 60_000)]
    [InlineData(4, 20_000)]
    public async Task Mutations_OfTheSuiteTheServerAndGeneratedModules_AreNeverMoreThanRefused(int threads, int count)
    {
        var report = await RunAsync(Options with { Threads = threads, Count = count, Duration = TimeSpan.FromSeconds(30) });

        output.WriteLine($"{report.Cases} cases, at most {report.PeakMemory >> 20} MB: {string.Join(", ", report.Outcomes)}");
        report.Findings.ShouldBeEmpty();
        report.Outcomes["Ran"].ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Worker_ThatUsesTooMuchMemory_IsEndedAndItsCaseNamed()
    {
        var report = await RunAsync(Options with { MemoryLimit = 1, Duration = TimeSpan.FromSeconds(3) });

        report.Findings.ShouldNotBeEmpty();
        report.Findings[0].What.ShouldStartWith("the process used");
    }

    [Fact]
    public async Task Worker_WhoseCaseTakesTooLong_IsEndedAndTheNextOneGoesOnBehind()
    {
        var report = await RunAsync(Options with { CaseLimit = TimeSpan.FromTicks(-1), Duration = TimeSpan.FromSeconds(3) });

        report.Findings.ShouldNotBeEmpty();
        report.Cases.ShouldBe(report.Findings[^1].Index + 1);
        report.Findings[0].What.ShouldStartWith("a case ran for more than");
    }

    [Fact]
    public async Task Worker_ThatCannotStart_IsNotTriedForEver()
    {
        var failure = await Should.ThrowAsync<InvalidOperationException>(() => RunAsync(Options with { Corpus = ["no such folder"] }));

        failure.Message.ShouldContain("no case was started: the process died with exit code 1");
    }

    private FuzzOptions Options => new() { Corpus = modules.Folders.All };

    private async Task<FuzzReport> RunAsync(FuzzOptions options) =>
        await new Supervisor(options, output.WriteLine).RunAsync(TestContext.Current.CancellationToken);

    /// <summary>The server, generated modules, and the official suite where it and its converter are here.</summary>
    public sealed class Modules : IDisposable
    {
        internal CorpusFolders Folders { get; } = new(
            SpecSuite.Folder is { } suite && SpecSuite.HasConverter ? [AssetFiles.PathOf("modules"), suite] : [AssetFiles.PathOf("modules")]);

        public void Dispose() => Folders.Dispose();
    }
}
