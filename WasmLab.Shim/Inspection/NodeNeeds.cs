using WasmLab.Wasm;

namespace WasmLab.Shim.Inspection;

/// <summary>What a node must have to run a module in a pod.</summary>
/// <param name="Kind">command, which runs to its end; reactor, whose functions are called; library.</param>
/// <param name="Handler">The runtime handler for its RuntimeClass; null when no handler known here can run it.</param>
/// <param name="Needs">What the handler's runtime must offer.</param>
/// <param name="MissingImports">What this shim cannot give it.</param>
internal sealed record NodeNeeds(string Kind, string? Handler, IReadOnlyList<string> Needs, IReadOnlyList<string> MissingImports)
{
    private const string HandlerName = "wasmedgev1";

    public static NodeNeeds Of(Module module, WasiUse wasi, Func<ImportType, bool> isOffered)
    {
        var exports = module.Exports.Select(export => export.Name).ToHashSet();
        var kind = exports.Contains("_start") ? "command" : exports.Contains("_initialize") ? "reactor" : "library";
        var missing = module.Imports.Where(import => !isOffered(import)).Select(import => import.ToString()).ToList();
        List<string> needs = [.. wasi.Interfaces.Select(name => name == "wasi_unstable" ? "WASI snapshot 0 (wasi_unstable)" : "WASI preview 1")];
        if (wasi.SocketVersion is { } version)
        {
            needs.Add($"WasmEdge's socket extension {version}");
        }

        return new NodeNeeds(kind, missing.Count == 0 && kind == "command" ? HandlerName : null, needs, missing);
    }
}
