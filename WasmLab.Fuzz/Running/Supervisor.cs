using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using WasmLab.Fuzz.Corpora;

namespace WasmLab.Fuzz.Running;

/// <summary>
/// Runs cases in a child process and watches it: when it dies, hangs or grows too large, the cases at fault are named, and a new process
/// goes on behind them.
/// </summary>
internal sealed class Supervisor(FuzzOptions options, Action<string> log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, long> _outcomes = new();
    private readonly List<Finding> _findings = [];
    private long _peakMemory;

    public async Task<FuzzReport> RunAsync(CancellationToken cancellation)
    {
        var start = TimeProvider.System.GetTimestamp();
        var end = options.First + options.Count;
        var next = options.First;
        while (next < end && TimeProvider.System.GetElapsedTime(start) is var spent && spent < options.Duration)
        {
            var rest = options with { First = next, Count = end - next, Duration = options.Duration - spent };
            var (reached, failure, running) = await RunWorkerAsync(rest, cancellation);
            next = reached;
            if (failure is null)
            {
                break;
            }

            if (running.Count == 0)
            {
                throw new InvalidOperationException($"no case was started: {failure}");
            }

            await BlameAsync(failure, running, cancellation);
        }

        Keep();
        return new FuzzReport(next - options.First, _outcomes, _findings, _peakMemory);
    }

    /// <summary>Runs one process. Returns the case to go on with, and, when it failed, how, and what ran then.</summary>
    private async Task<(long Next, string? Failure, IReadOnlyList<long> Running)> RunWorkerAsync(FuzzOptions part, CancellationToken cancellation)
    {
        var progressPath = Path.GetTempFileName();
        using var progress = ProgressFile.Create(progressPath);
        try
        {
            using var process = Start(part, progressPath);
            var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
            var output = ReadAsync(process.StandardOutput);
            var failure = await WatchAsync(process, progress, part, cancellation);
            var running = progress.Running().Select(entry => entry.Index).ToList();
            var reached = await output;
            if (failure is null && process.ExitCode != 0)
            {
                failure = $"the process died with exit code {process.ExitCode}: {Tail(await errors)}";
            }

            return (failure is null ? reached : running.DefaultIfEmpty(part.First).Max() + 1, failure, running);
        }
        finally
        {
            File.Delete(progressPath);
        }
    }

    private static Process Start(FuzzOptions part, string progressPath)
    {
        List<string> arguments =
        [
            typeof(Supervisor).Assembly.Location, "worker", "--progress", progressPath,
            "--seed", Text(part.Seed), "--first", Text(part.First), "--count", Text(part.Count), "--threads", Text(part.Threads),
            "--seconds", Text((long)Math.Ceiling(Math.Min(part.Duration.TotalSeconds, int.MaxValue))), "--corpus", .. part.Corpus,
        ];
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A dump of every crash would only fill the disk.
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        return Process.Start(start)!;

        static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Takes in what the process tells. Returns the case that it would have gone on with.</summary>
    private async Task<long> ReadAsync(StreamReader output)
    {
        long reached = 0;
        while (await output.ReadLineAsync() is { } line)
        {
            var parts = line.Split(' ', 3);
            switch (parts[0])
            {
                case "finding":
                    _findings.Add(new Finding(long.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]));
                    log($"finding {parts[1]}: {parts[2]}");
                    break;
                case "outcome":
                    _outcomes.AddOrUpdate(parts[2], long.Parse(parts[1], CultureInfo.InvariantCulture), (_, sum) => sum + long.Parse(parts[1], CultureInfo.InvariantCulture));
                    break;
                case "reached":
                    reached = long.Parse(parts[1], CultureInfo.InvariantCulture);
                    break;
            }
        }

        return reached;
    }

    /// <summary>Waits for the end of the process, and ends it when it hangs or grows too large. Returns why.</summary>
    private async Task<string?> WatchAsync(Process process, ProgressFile progress, FuzzOptions part, CancellationToken cancellation)
    {
        var exit = process.WaitForExitAsync(CancellationToken.None);
        var logged = TimeProvider.System.GetTimestamp();
        try
        {
            while (await Task.WhenAny(exit, Task.Delay(Interval, cancellation)) != exit)
            {
                cancellation.ThrowIfCancellationRequested();
                process.Refresh();
                var memory = process.HasExited ? 0 : process.WorkingSet64;
                _peakMemory = Math.Max(_peakMemory, memory);
                var running = progress.Running();
                var slowest = running.Select(entry => entry.Time).DefaultIfEmpty().Max();
                if (running.Count > 0 && (memory > options.MemoryLimit || slowest > options.CaseLimit))
                {
                    process.Kill(entireProcessTree: true);
                    await exit;
                    return memory > options.MemoryLimit
                        ? $"the process used {memory >> 20} MB of memory, the limit is {options.MemoryLimit >> 20} MB"
                        : $"a case ran for more than {options.CaseLimit.TotalSeconds} s";
                }

                if (TimeProvider.System.GetElapsedTime(logged) > LogInterval)
                {
                    logged = TimeProvider.System.GetTimestamp();
                    log($"case {running.Select(entry => entry.Index).DefaultIfEmpty(part.First).Max()}, {memory >> 20} MB, {_findings.Count} findings");
                }
            }

            return null;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await exit;
            }
        }
    }

    /// <summary>Runs what ran at a failure again, each alone, to tell which one it was.</summary>
    private async Task BlameAsync(string failure, IReadOnlyList<long> running, CancellationToken cancellation)
    {
        log($"{failure} (cases {string.Join(", ", running)})");
        if (running.Count == 1)
        {
            _findings.Add(new Finding(running[0], failure));
            return;
        }

        var found = false;
        foreach (var index in running)
        {
            var (_, alone, _) = await RunWorkerAsync(options with { First = index, Count = 1, Threads = 1 }, cancellation);
            if (alone is not null)
            {
                found = true;
                _findings.Add(new Finding(index, alone));
            }
        }

        if (!found)
        {
            _findings.Add(new Finding(running[0], $"{failure}; none of the cases {string.Join(", ", running)} does it alone"));
        }
    }

    /// <summary>Writes the modules of the findings, with what came of them.</summary>
    private void Keep()
    {
        if (options.Findings is not { } folder || _findings.Count == 0)
        {
            return;
        }

        Directory.CreateDirectory(folder);
        var corpus = Corpus.Load(options.Corpus);
        foreach (var finding in _findings)
        {
            var name = Path.Combine(folder, $"{options.Seed}-{finding.Index}");
            File.WriteAllBytes($"{name}.wasm", FuzzCase.ModuleOf(corpus, options.Seed, finding.Index));
            File.WriteAllText($"{name}.txt", finding.What.Replace(" | ", Environment.NewLine, StringComparison.Ordinal));
        }
    }

    private static string Tail(string text) => text.Length <= 2_000 ? text : $"{text[..1_500]} ... {text[^500..]}";
}
