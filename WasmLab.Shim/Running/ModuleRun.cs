using WasmLab.Wasm;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Shim.Running;

/// <summary>
/// One module from its import table to its exit code. <see cref="Run"/> stays on one thread; <see cref="Stop"/> may come from any,
/// at any time, and the first one decides the exit code.
/// </summary>
internal sealed class ModuleRun
{
    private readonly Lock _gate = new();
    private RunOutcome? _stopped;
    private WasiContext? _context;
    private Instance? _instance;

    /// <summary>The instance's limits; null for none beyond the engine's.</summary>
    public InstanceOptions? Limits { get; init; }

    /// <summary>Runs a module to its end. Whatever goes wrong is told by the outcome.</summary>
    /// <param name="engine">The engine that <paramref name="load"/> uses.</param>
    /// <param name="load">Gives the module.</param>
    /// <param name="configuration">What the module is given.</param>
    /// <param name="entry">What to call in it.</param>
    /// <param name="started">Called when the module is ready to run.</param>
    public RunOutcome Run(Engine engine, Func<Module> load, WasiConfiguration configuration, IEntryPoint entry, Action? started = null)
    {
        try
        {
            var module = load();
            using var context = new WasiContext(configuration);
            var linker = new Linker(engine);
            context.AddTo(linker);
            if (!TryPublish(context, null))
            {
                return _stopped!;
            }

            using var instance = linker.Instantiate(module, Limits);
            if (!TryPublish(context, instance))
            {
                return _stopped!;
            }

            started?.Invoke();
            try
            {
                entry.Call(instance);
                return new RunOutcome(ExitCodes.Success);
            }
            finally
            {
                TryPublish(null, null);
            }
        }
        catch (WasiExitException exit)
        {
            return new RunOutcome(unchecked((int)exit.Code));
        }
        catch (TrapException trap)
        {
            return trap.Kind == TrapKind.Interrupted && _stopped is { } stopped ? stopped : new RunOutcome(ExitCodes.Trap, $"trap: {trap.Message}");
        }
        catch (WasmException exception)
        {
            return new RunOutcome(ExitCodes.Trap, $"trap: {exception.Message}");
        }
        catch (Exception e)
        {
            return new RunOutcome(ExitCodes.CannotRun, FailureText.Of(e));
        }
    }

    /// <summary>Ends the run. Code that runs and calls that block end within milliseconds.</summary>
    public void Stop(RunOutcome outcome)
    {
        lock (_gate)
        {
            _stopped ??= outcome;
            _instance?.Interrupt(outcome.Reason ?? "stopped");
            _context?.Interrupt(outcome.Reason ?? "stopped");
        }
    }

    /// <summary>Makes what is running known to <see cref="Stop"/>. False when it has been stopped already.</summary>
    private bool TryPublish(WasiContext? context, Instance? instance)
    {
        lock (_gate)
        {
            _context = context;
            _instance = instance;
            return _stopped is null;
        }
    }
}
