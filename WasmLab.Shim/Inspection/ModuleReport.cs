using WasmLab.Wasm;
using WasmLab.Wasm.Inspection;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Shim.Inspection;

/// <summary>What is told of a file: its sections in any case, and the rest when it is a module that this engine runs.</summary>
internal sealed record ModuleReport
{
    public required string File { get; init; }

    public required long Size { get; init; }

    /// <summary>Why it is no module that this engine runs; null when it is one.</summary>
    public string? Error { get; init; }

    public required IReadOnlyList<ModuleSection> Sections { get; init; }

    public ModuleContent? Content { get; init; }

    public static ModuleReport Of(string file, byte[] wasm, Engine engine)
    {
        try
        {
            var module = Module.Load(engine, wasm);
            var inspection = ModuleInspection.Of(module);
            return new ModuleReport { File = file, Size = wasm.Length, Sections = inspection.Sections, Content = ModuleContent.Of(module, inspection) };
        }
        catch (ModuleException e)
        {
            return new ModuleReport { File = file, Size = wasm.Length, Sections = ModuleSection.List(wasm), Error = e.Message };
        }
    }
}

/// <summary>What a module that can be run holds.</summary>
internal sealed record ModuleContent(
    IReadOnlyList<string> Imports,
    IReadOnlyList<string> Exports,
    IReadOnlyList<string> Memories,
    IReadOnlyList<string> Tables,
    int Functions,
    int LargestFunction,
    int Globals,
    IReadOnlyList<string> Features,
    IReadOnlyList<string> TargetFeatures,
    WasiUse Wasi,
    NodeNeeds Node)
{
    public static ModuleContent Of(Module module, ModuleInspection inspection)
    {
        var wasi = WasiUse.Of(module.Imports);
        return new ModuleContent(
            [.. module.Imports.Select(import => import.ToString())],
            [.. module.Exports.Select(export => export.ToString())],
            [.. inspection.Memories.Select(memory => memory.ToString())],
            [.. inspection.Tables.Select(table => table.ToString())],
            inspection.FunctionCount,
            inspection.LargestFunction,
            inspection.GlobalCount,
            inspection.Features,
            inspection.TargetFeatures,
            wasi,
            NodeNeeds.Of(module, wasi, WasiContext.Offers));
    }
}
