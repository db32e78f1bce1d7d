using WasmLab.Wasm.Wasi;

namespace WasmLab.Shim.Running;

/// <summary>What a command line asks to run.</summary>
internal sealed record RunRequest
{
    public required string Module { get; init; }

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<WasiPreopen> Preopens { get; init; } = [];

    /// <summary>The cache of compiled code; null for the user's usual one.</summary>
    public string? CacheDirectory { get; init; }

    /// <summary>Where the module may listen and connect.</summary>
    public WasiNetwork Network { get; init; } = WasiNetwork.All;

    /// <summary>The fuel that it may use up; null for as much as it wants.</summary>
    public long? Fuel { get; init; }

    /// <summary>How long it may run; null for as long as it wants.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The function to call; null for <c>_start</c>.</summary>
    public string? Invoke { get; init; }

    /// <summary>The most pages that a memory may have; null for the engine's own limit.</summary>
    public int? MemoryPageLimit { get; init; }
}
