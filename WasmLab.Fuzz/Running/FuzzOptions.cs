namespace WasmLab.Fuzz.Running;

/// <summary>Which cases to run.</summary>
internal sealed record FuzzOptions
{
    /// <summary>Folders with the modules that cases are made of.</summary>
    public required IReadOnlyList<string> Corpus { get; init; }

    /// <summary>With the index it decides a case.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>The first case.</summary>
    public long First { get; init; }

    /// <summary>How many cases.</summary>
    public long Count { get; init; } = 1_000_000;

    /// <summary>How many threads run cases side by side in one process, 1 to 64.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>How long to go on at most.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long one case may take.</summary>
    public TimeSpan CaseLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How much memory a process may use, in bytes.</summary>
    public long MemoryLimit { get; init; } = 1536L * 1024 * 1024;

    /// <summary>Where to keep the modules of findings; null for nowhere.</summary>
    public string? Findings { get; init; }
}

/// <summary>A case of which something came that must not.</summary>
internal sealed record Finding(long Index, string What);

/// <summary>What a run came to: how many cases ended in which way, and what was found.</summary>
internal sealed record FuzzReport(long Cases, IReadOnlyDictionary<string, long> Outcomes, IReadOnlyList<Finding> Findings, long PeakMemory);
