using System.CommandLine;
using WasmLab.Wasm;

namespace WasmLab.Shim.CommandLine;

/// <summary>The option that several commands have.</summary>
internal static class CacheOption
{
    public static Option<string?> Create() => new("--cache") { Description = $"Where compiled code is kept. Default: {CodeCache.UserDirectory}." };
}
