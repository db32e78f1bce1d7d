using WasmLab.Wasm;

namespace WasmLab.Fuzz.Differential;

/// <summary>This engine with code compiled ahead of time, which holds the two compilers of .NET against each other.</summary>
internal sealed class PrecompiledEngine(EngineOptions options) : IReferenceEngine
{
    public string Name => "precompiled";

    public bool IsComplete => true;

    public string? Missing => Precompiler.Find() is null ? "the ahead-of-time compiler is not there: build without -p:Precompile=false" : null;

    public async Task<IReadOnlyList<ModuleOutcome>> RunAsync(IReadOnlyList<string> modules, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("wasmlab-precompiled-");
        try
        {
            var cache = CodeCache.ForProgram(folder.FullName);
            using var engine = new Engine(options);
            using var precompiled = new Engine(options with { CodeCaches = [cache] });
            var outcomes = new ModuleOutcome[modules.Count];
            await Parallel.ForAsync(0, modules.Count, cancellation, async (i, token) =>
            {
                var wasm = await File.ReadAllBytesAsync(modules[i], token);
                outcomes[i] = Compile(engine, wasm, cache, token) ?? Run(precompiled, wasm);
            });
            return outcomes;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static ModuleOutcome Run(Engine engine, byte[] wasm) => Module.Load(engine, wasm).IsPrecompiled
        ? OwnEngine.Run(engine, wasm)
        : throw new InvalidOperationException("a module's code was compiled ahead of time and then not used");

    /// <returns>Null when it was compiled.</returns>
    private static ModuleOutcome? Compile(Engine engine, byte[] wasm, CodeCache cache, CancellationToken cancellation)
    {
        try
        {
            Precompiler.Find()!.Compile(Module.Load(engine, wasm), cache, progress: null, cancellation);
            return null;
        }
        catch (ModuleException refusal)
        {
            return ModuleOutcome.Refused(refusal.Message);
        }
    }
}
