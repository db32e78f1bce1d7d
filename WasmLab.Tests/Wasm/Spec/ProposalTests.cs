using System.Runtime.CompilerServices;
using WasmLab.Tests.Support;
using WasmLab.Wasm;

namespace WasmLab.Tests.Wasm.Spec;

/// <summary>
/// Scripts of what WebAssembly 3.0 adds, below <c>Proposals</c> in a folder a feature, as far as wabt's converter can express it.
/// </summary>
[Trait(Category.Name, Category.Spec)]
public sealed class ProposalTests(ITestOutputHelper output)
{
    internal static readonly Dictionary<string, (WasmFeatures Feature, string ConverterOption)> Features = new()
    {
        ["extended-constant-expressions"] = (WasmFeatures.ExtendedConstantExpressions, "--enable-extended-const"),
        ["tail-calls"] = (WasmFeatures.TailCalls, "--enable-tail-call"),
        ["multiple-memories"] = (WasmFeatures.MultipleMemories, "--enable-multi-memory"),
        ["memory64"] = (WasmFeatures.Memory64, "--enable-memory64"),
        ["relaxed-simd"] = (WasmFeatures.RelaxedSimd, "--enable-relaxed-simd"),
    };

    private static readonly Version OldestConverter = new(1, 0, 36);

    public static TheoryData<string> Scripts =>
        [.. Directory.EnumerateFiles(Folder(), "*.wast", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Folder(), file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Assertions_OfOneScript_AllHold(string script)
    {
        Assert.SkipUnless(SpecSuite.HasConverter, $"{SpecSuite.Converter} is not installed: it is in Debian's package wabt.");
        var (feature, option) = Features[script.Split('/')[0]];

        var (result, error) = await SpecSuite.RunAsync(script, PathOf(script), feature, [option]);

        SkipWhereNotConvertible(error);
        result.ShouldNotBeNull(error);
        output.WriteLine($"{script}: {result.Passed} assertions passed");
        result.Failures.ShouldBeEmpty();
        result.NotApplicable.ShouldBeEmpty();
        result.Passed.ShouldBeGreaterThan(0);
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Script_WhenItsFeatureIsOff_IsRefusedByName(string script)
    {
        Assert.SkipUnless(SpecSuite.HasConverter, $"{SpecSuite.Converter} is not installed: it is in Debian's package wabt.");
        var (feature, option) = Features[script.Split('/')[0]];

        var (result, error) = await SpecSuite.RunAsync(script, PathOf(script), WasmFeatures.All & ~feature, [option]);

        SkipWhereNotConvertible(error);
        result.ShouldNotBeNull(error);
        result.Failures.ShouldContain(failure => failure.Contains($"WasmFeatures.{feature} is turned off", StringComparison.Ordinal));
    }

    internal static string PathOf(string script) => Path.Combine(Folder(), script);

    internal static void SkipWhereNotConvertible(string? error) =>
        Assert.SkipWhen(error is not null && SpecSuite.ConverterVersion < OldestConverter, $"{SpecSuite.Converter} {SpecSuite.ConverterVersion} cannot express this, {OldestConverter} can.");

    private static string Folder([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Proposals");
}
