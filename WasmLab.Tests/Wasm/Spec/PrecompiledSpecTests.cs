using WasmLab.Tests.Support;
using WasmLab.Wasm;

namespace WasmLab.Tests.Wasm.Spec;

/// <summary>The official suite, and the scripts of what WebAssembly 3.0 adds, with every module compiled ahead of time.</summary>
[Trait(Category.Name, Category.Spec)]
[Collection(nameof(PrecompiledSpecTests))]
public sealed class PrecompiledSpecTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> Files => SpecTests.Files;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Assertions_OfModulesThatAreCompiledAhead_AllHold(string file)
    {
        SpecTests.SkipWithoutSuite();
        AheadOfTimeCompiler.SkipWithout();

        var (result, error) = await SpecSuite.RunPrecompiledAsync(file, Path.Combine(SpecSuite.Folder!, file), WasmFeatures.None, [], Cache());

        if (result is null && SpecTests.NotConvertible.Contains(file))
        {
            output.WriteLine($"{file}: {SpecSuite.Converter} cannot express it: {error}");
            return;
        }

        result.ShouldNotBeNull(error);
        output.WriteLine($"{file}: {result.Passed} assertions passed");
        result.Failures.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(ProposalTests.Scripts), MemberType = typeof(ProposalTests))]
    public async Task Assertions_OfAProposalThatIsCompiledAhead_AllHold(string script)
    {
        Assert.SkipUnless(SpecSuite.HasConverter, $"{SpecSuite.Converter} is not installed: it is in Debian's package wabt.");
        AheadOfTimeCompiler.SkipWithout();
        var (feature, option) = ProposalTests.Features[script.Split('/')[0]];

        var (result, error) = await SpecSuite.RunPrecompiledAsync(script, ProposalTests.PathOf(script), feature, [option], Cache());

        ProposalTests.SkipWhereNotConvertible(error);
        result.ShouldNotBeNull(error);
        result.Passed.ShouldBeGreaterThan(0);
        result.Failures.ShouldBeEmpty();
    }

    private CodeCache Cache() => CodeCache.ForUser(_directory["code"], () => new byte[32]);
}

/// <summary>A compiler process for each of a thousand modules: beside that, other tests would miss their deadlines.</summary>
[CollectionDefinition(nameof(PrecompiledSpecTests), DisableParallelization = true)]
public sealed class PrecompiledSpecCollection;
