using WasmLab.Wasm;

namespace WasmLab.Shim.Compilation;

/// <summary>Where compiled code is: beside the program what came with it, and in a cache of the user's what was compiled here.</summary>
internal static class ShimCaches
{
    /// <summary>The code that came with the program.</summary>
    public static CodeCache Program { get; } = CodeCache.ForProgram(Path.Combine(AppContext.BaseDirectory, "precompiled"));

    /// <summary>The caches to look in.</summary>
    /// <param name="directory">The user's cache; null for the usual one.</param>
    public static IReadOnlyList<CodeCache> All(string? directory) => [Program, CodeCache.ForUser(directory)];
}
