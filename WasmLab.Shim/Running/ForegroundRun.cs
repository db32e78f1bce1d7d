using System.Runtime.InteropServices;
using WasmLab.Shim.Compilation;
using WasmLab.Wasm;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Shim.Running;

/// <summary>Runs one module as this process: its streams, its signals, its exit code.</summary>
internal static class ForegroundRun
{
    // A module that is blocked in something that cannot be interrupted does not keep the process alive longer than this.
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(1);

    public static int Run(RunRequest request, TextWriter output, TextWriter error)
    {
        var options = new EngineOptions { CountFuel = request.Fuel is not null, CodeCaches = ShimCaches.All(request.CacheDirectory) };
        using var engine = new Engine(request.MemoryPageLimit is { } limit ? options with { MaxMemoryPages = limit } : options);
        var run = new ModuleRun { Limits = request.Fuel is { } fuel ? new InstanceOptions { Fuel = fuel } : null };
        using var finished = new ManualResetEventSlim();
        using var stopped = new ManualResetEventSlim();
        var stopCode = ExitCodes.Success;
        RunOutcome? outcome = null;

        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, ExitCodes.Terminated));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, ExitCodes.Interrupted));
        engine.StartThread("module", () =>
        {
            outcome = run.Run(engine, () => Module.Load(engine, File.ReadAllBytes(request.Module)), Configure(request), EntryOf(request, output));
            finished.Set();
        });

        var first = WaitHandle.WaitAny([finished.WaitHandle, stopped.WaitHandle], request.Timeout ?? Timeout.InfiniteTimeSpan);
        if (first == WaitHandle.WaitTimeout)
        {
            stopCode = ExitCodes.TimedOut;
            run.Stop(new RunOutcome(stopCode, $"stopped after {request.Timeout}: it may not run longer (--timeout)"));
        }

        if (first != 0 && !finished.Wait(StopDeadline))
        {
            return stopCode;
        }

        output.Flush();
        if (outcome!.Reason is { } reason)
        {
            error.WriteLine($"wasmlab-shim: {request.Module}: {reason}");
        }

        return outcome.ExitCode;

        void Stop(PosixSignalContext context, int code)
        {
            context.Cancel = true;
            stopCode = code;
            run.Stop(new RunOutcome(code));
            stopped.Set();
        }
    }

    private static IEntryPoint EntryOf(RunRequest request, TextWriter output) =>
        request.Invoke is { } export ? new InvokeEntry(export, request.Arguments, output) : new StartEntry();

    private static WasiConfiguration Configure(RunRequest request) => new()
    {
        Arguments = [Path.GetFileName(request.Module), .. request.Invoke is null ? request.Arguments : []],
        Environment = request.Environment,
        Preopens = request.Preopens,
        Network = request.Network,
        StandardInput = StandardStreams.Input(),
        StandardOutput = StandardStreams.Output(),
        StandardError = StandardStreams.Error(),
    };
}
