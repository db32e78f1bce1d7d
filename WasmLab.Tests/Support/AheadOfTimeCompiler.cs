using WasmLab.Wasm;

namespace WasmLab.Tests.Support;

/// <summary>The compiler that the tests were built with.</summary>
internal static class AheadOfTimeCompiler
{
    public static void SkipWithout() =>
        Assert.SkipUnless(Precompiler.Find() is not null, "The compiler crossgen2 is not here: the tests were built with -p:Precompile=false.");

    /// <summary>A cache for a test that has code compiled ahead, or null for one that has not.</summary>
    public static CodeCache? CacheIn(TemporaryDirectory directory, bool precompiled)
    {
        if (!precompiled)
        {
            return null;
        }

        SkipWithout();
        return CodeCache.ForUser(directory.Path, () => new byte[32]);
    }
}
