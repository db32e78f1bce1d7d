using WasmLab.Tests.Support;
using WasmLab.Wasm;

namespace WasmLab.Tests.Wasm.Spec;

[Trait(Category.Name, Category.Spec)]
public sealed class SpecTests(ITestOutputHelper output)
{
    // wast2json 1.0.32 wants the table index that the text format lets these leave out.
    private static readonly string[] NotConvertible = ["table_fill.wast", "table_get.wast", "table_grow.wast", "table_set.wast", "table_size.wast"];

    // Auto is guard pages wherever the engine can use them.
    private static readonly Engine[] Engines = [new(), new(new EngineOptions { BoundsChecks = BoundsChecks.Explicit })];

    public static TheoryData<string> Files => [.. SpecSuite.Files.DefaultIfEmpty("none found")];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Assertions_OfOneFile_AllHold(string file)
    {
        var cancellation = TestContext.Current.CancellationToken;
        Assert.SkipUnless(SpecSuite.Folder is not null, "The official suite is not here: set WASM_SPEC_TESTS to a folder with its .wast files.");
        Assert.SkipUnless(SpecSuite.HasConverter, $"{SpecSuite.Converter} is not installed: it is in Debian's package wabt.");

        var folder = Directory.CreateTempSubdirectory("wasm-spec-");
        try
        {
            var (script, error) = await SpecSuite.ConvertAsync(file, folder.FullName, cancellation);
            if (script is null && NotConvertible.Contains(file))
            {
                output.WriteLine($"{file}: {SpecSuite.Converter} cannot express it: {error}");
                error.ShouldNotBeNull().ShouldContain("expected a numeric index or a name");
                return;
            }

            script.ShouldNotBeNull(error);

            foreach (var engine in Engines)
            {
                var result = SpecRunner.Run(engine, file, script);

                output.WriteLine(
                    $"{file}: {result.Passed} assertions passed, {result.NotApplicable} about the text format not applicable, bounds checks {engine.Options.BoundsChecks}");
                result.Failures.ShouldBeEmpty();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void FilesLeftOut_AreOnlyThoseOfFeaturesNamed()
    {
        Assert.SkipUnless(SpecSuite.Folder is not null, "The official suite is not here: set WASM_SPEC_TESTS to a folder with its .wast files.");

        foreach (var (prefix, reason) in SpecSuite.NotYetSupported)
        {
            output.WriteLine($"{SpecSuite.AllFiles.Count(file => file.StartsWith(prefix, StringComparison.Ordinal))} files {prefix}*: {reason}");
        }

        SpecSuite.AllFiles.Except(SpecSuite.Files).ShouldAllBe(file => file.StartsWith("simd/", StringComparison.Ordinal));
    }
}
