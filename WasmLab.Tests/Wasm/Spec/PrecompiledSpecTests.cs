using WasmLab.Tests.Support;
using WasmLab.Wasm;

namespace WasmLab.Tests.Wasm.Spec;

/// <summary>The official suite with every module compiled ahead of time.</summary>
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
        Assert.SkipUnless(Precompiler.Find() is not null, "The compiler crossgen2 is not here: the tests were built with -p:Precompile=false.");
        var cache = CodeCache.ForUser(_directory["code"], () => new byte[32]);

        var (result, error) = await SpecSuite.RunPrecompiledAsync(file, Path.Combine(SpecSuite.Folder!, file), WasmFeatures.None, [], cache);

        if (result is null && SpecTests.NotConvertible.Contains(file))
        {
            output.WriteLine($"{file}: {SpecSuite.Converter} cannot express it: {error}");
            return;
        }

        result.ShouldNotBeNull(error);
        output.WriteLine($"{file}: {result.Passed} assertions passed");
        result.Failures.ShouldBeEmpty();
    }
}

/// <summary>A compiler process for each of a thousand modules: beside that, other tests would miss their deadlines.</summary>
[CollectionDefinition(nameof(PrecompiledSpecTests), DisableParallelization = true)]
public sealed class PrecompiledSpecCollection;
