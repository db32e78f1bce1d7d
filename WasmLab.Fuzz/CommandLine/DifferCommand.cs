using System.CommandLine;
using WasmLab.Fuzz.Differential;
using WasmLab.Wasm;

namespace WasmLab.Fuzz.CommandLine;

/// <summary><c>differ</c>: generated modules, or given ones, through this engine and others, side by side.</summary>
internal static class DifferCommand
{
    private static readonly Argument<FileInfo[]> Modules = new("modules") { Description = "Modules to compare instead of generated ones.", Arity = ArgumentArity.ZeroOrMore };
    private static readonly Option<long> Seed = new("--seed") { Description = "With the index it decides each module.", DefaultValueFactory = _ => 1 };
    private static readonly Option<long> First = new("--first") { Description = "The index of the first module." };
    private static readonly Option<long> Count = new("--count") { Description = "How many modules.", DefaultValueFactory = _ => 1_000 };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "How long to go on at most.", DefaultValueFactory = _ => int.MaxValue };
    private static readonly Option<double> PartSize = new("--part-size") { Description = "Divide functions into parts of this size, as a share of what the just-in-time compiler optimizes (0.0005: a few instructions)." };
    private static readonly Option<bool> Precompiled = new("--precompiled") { Description = "Compare with code that is compiled ahead of time too: that takes a tenth of a second for each module." };
    private static readonly Option<string> Findings = new("--findings") { Description = "Where to keep the modules that differ.", DefaultValueFactory = _ => "findings" };

    public static Command Build()
    {
        var command = new Command("differ", "Compares results, traps and final state of generated modules with wabt's interpreter and Node.js. Exits with 1 when they differ.")
        {
            Modules, Seed, First, Count, Seconds, PartSize, Precompiled, Findings,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var options = new EngineOptions { PartSize = parsed.GetValue(PartSize) };
        List<IReferenceEngine> candidates = [new WabtEngine(), new NodeEngine()];
        if (parsed.GetValue(Precompiled))
        {
            candidates.Add(new PrecompiledEngine(options));
        }

        List<IReferenceEngine> references = [];
        foreach (var reference in candidates)
        {
            if (reference.Missing is { } missing)
            {
                Console.WriteLine($"not compared with {reference.Name}: {missing}");
            }
            else
            {
                references.Add(reference);
            }
        }

        if (references.Count == 0)
        {
            return 2;
        }

        using var engine = new Engine(options);
        if (parsed.GetValue(Modules) is { Length: > 0 } modules)
        {
            return await CompareFilesAsync(engine, references, modules, cancellation);
        }

        var seed = parsed.GetValue(Seed);
        var run = new DifferentialRun(engine, references, seed, Console.WriteLine);
        var report = await run.RunAsync(parsed.GetValue(First), parsed.GetValue(Count), TimeSpan.FromSeconds(parsed.GetValue(Seconds)), cancellation);
        Console.WriteLine($"{report.Modules} modules, {report.Calls} calls, {report.Traps} of them trapped, {report.Differences.Count} differences");
        foreach (var (index, difference) in report.Differences)
        {
            Console.WriteLine($"{seed}-{index}: ours \"{difference.Ours}\", {difference.Reference} \"{difference.Theirs}\"");
            var folder = Directory.CreateDirectory(parsed.GetValue(Findings)!);
            await File.WriteAllBytesAsync(Path.Combine(folder.FullName, $"differ-{seed}-{index}.wasm"), run.Generate(index), cancellation);
        }

        return report.Differences.Count == 0 ? 0 : 1;
    }

    private static async Task<int> CompareFilesAsync(Engine engine, List<IReferenceEngine> references, FileInfo[] modules, CancellationToken cancellation)
    {
        var differ = false;
        foreach (var module in modules)
        {
            var wasm = await File.ReadAllBytesAsync(module.FullName, cancellation);
            if (Obstacle(engine, wasm) is { } obstacle)
            {
                Console.Error.WriteLine($"{module.Name} cannot be compared: {obstacle}");
                return 2;
            }

            var own = OwnEngine.Run(engine, wasm);
            foreach (var reference in references)
            {
                var other = (await reference.RunAsync([module.FullName], cancellation))[0];
                if (Difference.Of(reference.Name, own, other) is { } difference)
                {
                    differ = true;
                    Console.WriteLine($"{module.Name}: ours \"{difference.Ours}\", {difference.Reference} \"{difference.Theirs}\"");
                }
            }
        }

        return differ ? 1 : 0;
    }

    private static string? Obstacle(Engine engine, byte[] wasm)
    {
        try
        {
            var module = Module.Load(engine, wasm);
            return module.Imports.Count > 0 ? $"it imports {module.Imports[0].Module}.{module.Imports[0].Name}, and nothing is provided to it"
                : module.Exports.FirstOrDefault(export => export.Type is FunctionType { Parameters.Count: > 0 }) is { } export
                    ? $"its function {export.Name} has parameters, and it is called without arguments"
                : null;
        }
        catch (ModuleException)
        {
            return null; // Whether the others refuse it too is to be seen.
        }
    }
}
