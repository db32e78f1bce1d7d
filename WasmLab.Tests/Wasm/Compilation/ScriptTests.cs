using System.Runtime.CompilerServices;
using WasmLab.Tests.Support;
using WasmLab.Tests.Wasm.Spec;
using WasmLab.Wasm;

namespace WasmLab.Tests.Wasm.Compilation;

/// <summary>What .NET's just-in-time compiler would make of IL that says almost what WebAssembly says.</summary>
[Trait(Category.Name, Category.Spec)]
public sealed class ScriptTests
{
    /// <summary>The compiler loads no more than what is used; guard pages see only what is loaded.</summary>
    [Fact]
    public Task Load_OfWhichAPartIsUsed_TrapsByItsLastByte() => PassesAsync("partial-loads.wast", assertions: 60);

    /// <summary>Guard pages promise these no more than that no byte outside is seen.</summary>
    [Fact]
    public Task Load_OfWhichNothingIsUsed_TrapsWhereBoundsAreChecked() => PassesAsync("unused-loads.wast", assertions: 8, BoundsChecks.Explicit);

    /// <summary>The compiler of .NET 10.0 is wrong about these.</summary>
    [Fact]
    public Task Arithmetic_ThatTheCompilerGetsWrong_IsRight() => PassesAsync("miscompilations.wast", assertions: 100);

    /// <summary>Each way back repeats the head of the loop.</summary>
    [Fact]
    public Task Loop_ThatBeginsWithASwitch_GoesOnFromEveryBranch() => PassesAsync("dispatch.wast", assertions: 9);

    /// <summary>With and without bounds checks.</summary>
    [Fact]
    public Task Callee_WhoseCodeStandsInTheCaller_DoesWhatACallDoes() => PassesAsync("inlining.wast", assertions: 29);

    private static async Task PassesAsync(string script, int assertions, params BoundsChecks[] ways)
    {
        Assert.SkipUnless(SpecSuite.HasConverter, $"{SpecSuite.Converter} is not installed: it is in Debian's package wabt.");

        var (result, error) = await SpecSuite.RunAsync(script, Path.Combine(Folder(), script), WasmFeatures.None, [], ways);

        result.ShouldNotBeNull(error);
        result.Failures.ShouldBeEmpty();
        result.Passed.ShouldBe(assertions);
    }

    private static string Folder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
