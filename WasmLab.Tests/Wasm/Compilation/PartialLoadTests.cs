using System.Runtime.CompilerServices;
using WasmLab.Tests.Support;
using WasmLab.Tests.Wasm.Spec;
using WasmLab.Wasm;

namespace WasmLab.Tests.Wasm.Compilation;

/// <summary>The just-in-time compiler loads no more than what is used; guard pages see only what is loaded.</summary>
[Trait(Category.Name, Category.Spec)]
public sealed class PartialLoadTests
{
    [Fact]
    public async Task Load_OfWhichAPartIsUsed_TrapsByItsLastByte()
    {
        Assert.SkipUnless(SpecSuite.HasConverter, $"{SpecSuite.Converter} is not installed: it is in Debian's package wabt.");

        var (result, error) = await SpecSuite.RunAsync("partial-loads.wast", Script(), WasmFeatures.None, []);

        result.ShouldNotBeNull(error);
        result.Failures.ShouldBeEmpty();
        result.Passed.ShouldBeGreaterThan(60);
    }

    private static string Script([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "partial-loads.wast");
}
