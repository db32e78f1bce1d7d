using System.Diagnostics;

namespace WasmLab.Tests.Wasi.RealPrograms;

/// <summary>Runs what our own run is held against: a native build of the same source, or Node.</summary>
internal static class OtherProcess
{
    private const int KilledBySignal = 128;
    private const int MaxAttempts = 3;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    public static async Task<ProgramOutcome> RunAsync(string program, IEnumerable<string> arguments, string workingDirectory, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NODE_NO_WARNINGS"] = "1";
        start.Environment.Remove("HOME");
        using var process = Process.Start(start)!;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            var output = new MemoryStream();
            var reading = process.StandardOutput.BaseStream.CopyToAsync(output, deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.StandardInput.WriteAsync(input.AsMemory(), deadline.Token);
            process.StandardInput.Close();
            await reading;
            await process.WaitForExitAsync(deadline.Token);
            return new ProgramOutcome(process.ExitCode, output.ToArray(), await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    /// <summary>Runs a WASI command on Node with one directory as the guest's root.</summary>
    public static Task<ProgramOutcome> RunOnNodeAsync(string module, string directory, params string[] arguments) =>
        RunNodeAsync([RealPrograms.Script("run-on-node.mjs"), module, $"/={directory}", "--", .. arguments], directory);

    /// <summary>Runs Node, again when it dies of a signal: once in a while it does, while it ends with a large module still being compiled.</summary>
    public static async Task<ProgramOutcome> RunNodeAsync(string[] arguments, string workingDirectory)
    {
        ProgramOutcome outcome;
        var attempts = 0;
        do
        {
            outcome = await RunAsync("node", arguments, workingDirectory);
        }
        while (outcome.ExitCode > KilledBySignal && ++attempts < MaxAttempts);

        return outcome;
    }
}
