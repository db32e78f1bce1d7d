using WasmLab.Wasm;

namespace WasmLab.Tests.Support;

/// <summary>The compiler that the tests were built with.</summary>
internal static class AheadOfTimeCompiler
{
    public static void SkipWithout() =>
        Assert.SkipUnless(Precompiler.Find() is not null, "The compiler crossgen2 is not here: the tests were built with -p:Precompile=false.");
}
