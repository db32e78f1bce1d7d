namespace WasmLab.Wasm;

/// <summary>What an <see cref="Engine"/> allows. Immutable; every limit has a safe default.</summary>
public sealed record EngineOptions
{
    /// <summary>The most pages (of 64 KiB) that one memory may have, whatever the module asks for. 1 to 65536, which is the default (4 GiB).</summary>
    public int MaxMemoryPages { get; init; } = 65_536;

    /// <summary>The most elements that the tables of one instance may have together. 1 to 100,000,000; default 10,000,000.</summary>
    public int MaxTableElements { get; init; } = 10_000_000;

    /// <summary>
    /// The native stack, in bytes, that guest code may use in one call from the host. 64 KiB to 1 GiB; default 8 MiB.
    /// A thread with a smaller stack lowers it; <see cref="Engine.StartThread"/> makes one that is large enough.
    /// </summary>
    public int StackSize { get; init; } = 8 * 1024 * 1024;

    /// <summary>The most instances that may exist at once. 1 or more; default 10,000. A disposed one does not count.</summary>
    public int MaxInstances { get; init; } = 10_000;

    /// <summary>
    /// Whether guest code uses up <see cref="Instance.Fuel"/>, about one unit an instruction, the same on every machine and at every
    /// run. Default: false, and then it costs nothing.
    /// </summary>
    public bool CountFuel { get; init; }

    /// <summary>The clock of <see cref="Instance.InterruptAfter"/>. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How guests are kept inside of their memories. Default <see cref="BoundsChecks.Auto"/>.</summary>
    public BoundsChecks BoundsChecks { get; init; }

    /// <summary>Where compiled code of modules is looked for, in this order. Default: nowhere, so that functions are compiled when they are called.</summary>
    public IReadOnlyList<CodeCache> CodeCaches { get; init; } = [];

    /// <summary>What modules may use beyond WebAssembly 2.0. Default: everything that the engine has.</summary>
    public WasmFeatures Features { get; init; } = WasmFeatures.All;

    /// <summary>
    /// How much code of its own a part of a divided function may have, as a share of what the just-in-time compiler optimizes. 0 divides
    /// only what would not be optimized, into the largest parts that are.
    /// </summary>
    internal double PartSize { get; init; }

    internal void Validate()
    {
        List<string> wrong = [];
        Check(MaxMemoryPages is >= 1 and <= 65_536, nameof(MaxMemoryPages), "1 to 65536");
        Check(MaxTableElements is >= 1 and <= 100_000_000, nameof(MaxTableElements), "1 to 100,000,000");
        Check(MaxInstances >= 1, nameof(MaxInstances), "1 or more");
        Check(CodeCaches is not null && CodeCaches.All(cache => cache is not null), nameof(CodeCaches), "a list of caches");
        Check(TimeProvider is not null, nameof(TimeProvider), "a clock");
        Check(StackSize is >= 64 * 1024 and <= 1024 * 1024 * 1024, nameof(StackSize), "64 KiB to 1 GiB");
        Check(Enum.IsDefined(BoundsChecks), nameof(BoundsChecks), "Auto, Explicit or GuardPages");
        if (wrong.Count > 0)
        {
            throw new ArgumentException($"The engine's options are out of range: {string.Join("; ", wrong)}.");
        }

        void Check(bool holds, string name, string range)
        {
            if (!holds)
            {
                wrong.Add($"{name} must be {range}");
            }
        }
    }
}
