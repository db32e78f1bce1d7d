using System.CommandLine;
using WasmLab.Fuzz.Corpora;
using WasmLab.Fuzz.Running;

namespace WasmLab.Fuzz.CommandLine;

/// <summary><c>mutate</c>: damaged modules through the whole engine, in a child process that is watched.</summary>
internal static class MutateCommand
{
    private static readonly Option<string[]> Folders = new("--corpus")
    {
        Description = "Folders with .wasm files, or with the .wast files of the official suite.",
        AllowMultipleArgumentsPerToken = true,
        Required = true,
    };

    private static readonly Option<long> Seed = new("--seed") { Description = "With the index it decides each case.", DefaultValueFactory = _ => 1 };
    private static readonly Option<long> First = new("--first") { Description = "The index of the first case." };
    private static readonly Option<long> Count = new("--count") { Description = "How many cases.", DefaultValueFactory = _ => 1_000_000 };
    private static readonly Option<int> Threads = new("--threads") { Description = "How many cases run side by side in one process.", DefaultValueFactory = _ => 1 };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "How long to go on at most.", DefaultValueFactory = _ => int.MaxValue };
    private static readonly Option<string> Findings = new("--findings") { Description = "Where to keep what is found.", DefaultValueFactory = _ => "findings" };
    private static readonly Option<string> Progress = new("--progress") { Required = true };
    private static readonly Argument<string> OutputFile = new("file") { Description = "Where to write the module." };

    public static Command Build()
    {
        var command = new Command("mutate", "Damages modules and takes each through decoding, validation, compilation and a bounded run.")
        {
            Folders, Seed, First, Count, Threads, Seconds, Findings,
        };
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>The child process.</summary>
    public static Command BuildWorker()
    {
        var command = new Command("worker") { Folders, Seed, First, Count, Threads, Seconds, Progress };
        command.Hidden = true;
        command.SetAction(parsed => Worker.Run(Read(parsed), parsed.GetRequiredValue(Progress), Console.Out));
        return command;
    }

    public static Command BuildShow()
    {
        var command = new Command("show", "Writes the module of one case.") { Folders, Seed, First, OutputFile };
        command.SetAction(parsed =>
        {
            var options = Read(parsed);
            using var corpus = new CorpusFolders(options.Corpus);
            File.WriteAllBytes(parsed.GetRequiredValue(OutputFile), FuzzCase.ModuleOf(Corpus.Load(corpus.All), options.Seed, options.First));
        });
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var options = Read(parsed);
        using var corpus = new CorpusFolders(options.Corpus);
        options = options with { Corpus = corpus.All, Findings = parsed.GetValue(Findings) };
        var start = TimeProvider.System.GetTimestamp();
        var report = await new Supervisor(options, Console.WriteLine).RunAsync(cancellation);
        Console.WriteLine($"{report.Cases} cases in {TimeProvider.System.GetElapsedTime(start).TotalSeconds:F0} s, at most {report.PeakMemory >> 20} MB:");
        foreach (var (outcome, count) in report.Outcomes.OrderByDescending(entry => entry.Value))
        {
            Console.WriteLine($"  {count,9} {outcome}");
        }

        foreach (var finding in report.Findings)
        {
            Console.WriteLine($"finding {options.Seed}-{finding.Index}: {finding.What}");
        }

        Console.WriteLine($"{report.Findings.Count} findings{(report.Findings.Count > 0 ? $", kept in {options.Findings}" : "")}");
        return report.Findings.Count == 0 ? 0 : 1;
    }

    private static FuzzOptions Read(ParseResult parsed) => new()
    {
        Corpus = parsed.GetRequiredValue(Folders),
        Seed = parsed.GetValue(Seed),
        First = parsed.GetValue(First),
        Count = parsed.GetValue(Count),
        Threads = parsed.GetValue(Threads),
        Duration = TimeSpan.FromSeconds(parsed.GetValue(Seconds)),
    };
}
