using System.CommandLine;
using WasmLab.Fuzz.Soak;

namespace WasmLab.Fuzz.CommandLine;

/// <summary><c>soak</c>: many instances of a server in one process, for some minutes.</summary>
internal static class SoakCommand
{
    private static readonly Option<FileInfo> Server = new("--module") { Description = "The server: assets/modules/httpbin.wasm.", Required = true };
    private static readonly Option<int> Instances = new("--instances") { Description = "How many at once.", DefaultValueFactory = _ => 1_000 };
    private static readonly Option<int> Seconds = new("--seconds") { Description = "How long to create, call and kill at random.", DefaultValueFactory = _ => 180 };
    private static readonly Option<int> Seed = new("--seed") { Description = "Decides which.", DefaultValueFactory = _ => 1 };

    public static Command Build()
    {
        var command = new Command("soak", "Creates, calls and kills instances of a server at random, and looks for what leaks.") { Server, Instances, Seconds, Seed };
        command.SetAction(async (parsed, cancellation) =>
        {
            var wasm = await File.ReadAllBytesAsync(parsed.GetRequiredValue(Server).FullName, cancellation);
            var run = new SoakRun(wasm, parsed.GetValue(Instances), TimeSpan.FromSeconds(parsed.GetValue(Seconds)), parsed.GetValue(Seed), Console.WriteLine);
            var report = await run.RunAsync(cancellation);
            Console.WriteLine($"{report.Created} instances created, {report.Killed} killed, {report.Calls} calls answered");
            foreach (var leak in report.Leaks)
            {
                Console.WriteLine($"leak: {leak}");
            }

            Console.WriteLine(report.Leaks.Count == 0 ? "nothing leaked" : $"{report.Leaks.Count} leaks");
            return report.Leaks.Count == 0 ? 0 : 1;
        });
        return command;
    }
}
