using WasmLab.Fuzz.Generation;
using WasmLab.Fuzz.Mutation;
using WasmLab.Wasm;

namespace WasmLab.Fuzz.Differential;

/// <summary>Generates modules and holds what this engine makes of them against what others do.</summary>
internal sealed class DifferentialRun(Engine engine, IReadOnlyList<IReferenceEngine> references, long seed, Action<string> log)
{
    private const int BatchSize = 100;

    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    /// <summary>Compares some modules.</summary>
    /// <param name="first">The index of the first.</param>
    /// <param name="count">How many.</param>
    /// <param name="duration">How long to go on at most.</param>
    /// <param name="cancellation">Ends the run.</param>
    public async Task<DifferentialReport> RunAsync(long first, long count, TimeSpan duration, CancellationToken cancellation)
    {
        var (start, logged) = (TimeProvider.System.GetTimestamp(), TimeProvider.System.GetTimestamp());
        List<(long Index, Difference Difference)> differences = [];
        long modules = 0, calls = 0, traps = 0;
        while (modules < count && TimeProvider.System.GetElapsedTime(start) < duration)
        {
            var batch = Enumerable.Range(0, (int)Math.Min(BatchSize, count - modules)).Select(i => first + modules + i).ToList();
            var own = batch.Select(index => OwnEngine.Run(engine, Generate(index))).ToList();
            differences.AddRange(await CompareAsync(batch, own, cancellation));
            modules += batch.Count;
            calls += own.Sum(outcome => outcome.Lines.Count);
            traps += own.Sum(outcome => outcome.Lines.Count(line => line.Contains(": trap ", StringComparison.Ordinal)));
            if (TimeProvider.System.GetElapsedTime(logged) > LogInterval)
            {
                logged = TimeProvider.System.GetTimestamp();
                log($"{modules} modules, {calls} calls, {differences.Count} differences");
            }
        }

        return new DifferentialReport(modules, calls, traps, differences);
    }

    public byte[] Generate(long index) => ModuleGenerator.Generate(Mutator.RandomOf(seed, index), IsComplete(index));

    private static bool IsComplete(long index) => index % 2 == 1;

    private async Task<IReadOnlyList<(long Index, Difference Difference)>> CompareAsync(List<long> batch, List<ModuleOutcome> own, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("wasmlab-differential-");
        try
        {
            var files = batch.Select(index => Path.Combine(folder.FullName, $"{index}.wasm")).ToList();
            for (var i = 0; i < batch.Count; i++)
            {
                await File.WriteAllBytesAsync(files[i], Generate(batch[i]), cancellation);
            }

            List<(long Index, Difference Difference)> differences = [];
            foreach (var reference in references)
            {
                var chosen = Enumerable.Range(0, batch.Count).Where(i => reference.IsComplete || !IsComplete(batch[i])).ToList();
                var others = await reference.RunAsync([.. chosen.Select(i => files[i])], cancellation);
                foreach (var (place, i) in chosen.Index())
                {
                    if (Difference.Of(reference.Name, own[i], others[place]) is { } difference)
                    {
                        differences.Add((batch[i], difference));
                    }
                }
            }

            return differences;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

/// <summary>The first thing in which two engines disagree about a module.</summary>
internal sealed record Difference(string Reference, string Ours, string Theirs)
{
    public static Difference? Of(string reference, ModuleOutcome own, ModuleOutcome other)
    {
        for (var i = 0; i < Math.Max(own.Lines.Count, other.Lines.Count); i++)
        {
            var (ours, theirs) = (own.Lines.ElementAtOrDefault(i), other.Lines.ElementAtOrDefault(i));
            if (ours != theirs)
            {
                return new Difference(reference, ours ?? "nothing", theirs ?? "nothing");
            }
        }

        return null;
    }
}

/// <summary>What a comparison came to.</summary>
internal sealed record DifferentialReport(long Modules, long Calls, long Traps, IReadOnlyList<(long Index, Difference Difference)> Differences);
