using WasmLab.Tests.Support;

namespace WasmLab.Tests.Wasm.Spec;

[Trait(Category.Name, Category.Spec)]
public sealed class SpecTests(ITestOutputHelper output)
{
    // wast2json 1.0.32 wants the table index that the text format lets these leave out.
    internal static readonly string[] NotConvertible = ["table_fill.wast", "table_get.wast", "table_grow.wast", "table_set.wast", "table_size.wast"];

    public static TheoryData<string> Files => [.. SpecSuite.Files.DefaultIfEmpty("none found")];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Assertions_OfOneFile_AllHold(string file)
    {
        SkipWithoutSuite();

        var (result, error) = await SpecSuite.RunAsync(file);

        if (result is null && NotConvertible.Contains(file))
        {
            output.WriteLine($"{file}: {SpecSuite.Converter} cannot express it: {error}");
            error.ShouldNotBeNull().ShouldContain("expected a numeric index or a name");
            return;
        }

        result.ShouldNotBeNull(error);
        output.WriteLine($"{file}: {result.Passed} assertions passed, {result.NotApplicable.Count} about the text format not applicable");
        foreach (var assertion in result.NotApplicable)
        {
            output.WriteLine($"  not applicable: {assertion}");
        }

        result.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task Assertions_OfTheWholeSuite_AreCounted()
    {
        SkipWithoutSuite();
        var (passed, failed, notApplicable, notConverted, files) = (0, 0, 0, 0, 0);
        foreach (var file in SpecSuite.Files)
        {
            var (result, _) = await SpecSuite.RunAsync(file);
            files++;
            notConverted += result is null ? 1 : 0;
            passed += result?.Passed ?? 0;
            failed += result?.Failures.Count ?? 0;
            notApplicable += result?.NotApplicable.Count ?? 0;
        }

        output.WriteLine($"The official suite: {files} files, {passed} assertions passed, {failed} failed, {notApplicable} about the text format not applicable, {notConverted} files not convertible.");
        passed.ShouldBeGreaterThan(0);
        failed.ShouldBe(0);
        notConverted.ShouldBeLessThanOrEqualTo(NotConvertible.Length);
    }

    internal static void SkipWithoutSuite()
    {
        Assert.SkipUnless(SpecSuite.Folder is not null, "The official suite is not here: set WASM_SPEC_TESTS to a folder with its .wast files.");
        Assert.SkipUnless(SpecSuite.HasConverter, $"{SpecSuite.Converter} is not installed: it is in Debian's package wabt.");
    }
}
