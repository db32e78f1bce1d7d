using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using WasmLab.Shim.Running;
using WasmLab.Wasm;
using WasmLab.Wasm.Wasi;

namespace WasmLab.Shim.Serving;

/// <summary>Holds many instances in one process, each on its own thread: none can disturb another.</summary>
/// <param name="engine">The engine of them all.</param>
/// <param name="events">Where it tells what happens.</param>
/// <param name="time">The clock.</param>
/// <param name="compileLater">Called with the path of a module that had to be compiled here.</param>
internal sealed class ShimServer(Engine engine, EventWriter events, TimeProvider time, Action<string, Module> compileLater)
{
    private static readonly TimeSpan ShutdownDeadline = TimeSpan.FromSeconds(2);
    private static readonly RunOutcome Terminated = new(ExitCodes.Terminated, null);
    private static readonly RunOutcome Killed = new(ExitCodes.Killed, null);

    private readonly ModuleCache _modules = new(engine, compileLater);
    private readonly ConcurrentDictionary<string, Served> _instances = new();

    /// <summary>Serves until the input ends, then ends every instance.</summary>
    public void Serve(TextReader input)
    {
        events.Write(new ShimEvent("ready"));
        while (input.ReadLine() is { } line)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                Handle(line);
            }
        }

        StopAll();
    }

    /// <summary>Ends every instance, and waits a moment for it.</summary>
    public void StopAll()
    {
        var running = _instances.Values.ToList();
        foreach (var instance in running)
        {
            instance.Run.Stop(Killed);
        }

        var started = time.GetTimestamp();
        foreach (var instance in running)
        {
            var remaining = ShutdownDeadline - time.GetElapsedTime(started);
            instance.Ended.Wait(remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero);
        }
    }

    private void Handle(string line)
    {
        string? id = null;
        try
        {
            var request = JsonSerializer.Deserialize(line, ProtocolJson.Default.Request) ?? throw new RunException("the request is null");
            id = request.Id;
            if (string.IsNullOrEmpty(id))
            {
                throw new RunException("the request has no \"id\"");
            }

            switch (request.Op)
            {
                case "start":
                    Start(id, request);
                    break;
                case "signal":
                    Signal(id, request.Signal);
                    break;
                case "ping":
                    events.Write(new ShimEvent("pong", id));
                    break;
                default:
                    throw new RunException($"unknown \"op\" \"{request.Op}\": start, signal or ping");
            }
        }
        catch (JsonException e)
        {
            events.Write(new ShimEvent("error", id, $"not a request: {e.Message}"));
        }
        catch (RunException e)
        {
            events.Write(new ShimEvent("error", id, e.Message));
        }
    }

    private void Start(string id, Request request)
    {
        if (request.Module is not { Length: > 0 } module)
        {
            throw new RunException("a start needs a \"module\"");
        }

        IPAddress? address = null;
        if (request.Address is { } text && !IPAddress.TryParse(text, out address))
        {
            throw new RunException($"\"address\" is \"{text}\", which is no IP address");
        }

        var served = new Served(new ModuleRun(), new ManualResetEventSlim());
        if (!_instances.TryAdd(id, served))
        {
            throw new RunException($"an instance \"{id}\" is running already");
        }

        engine.StartThread($"instance {id}", () => Run(id, served, request, module, address));
    }

    private void Signal(string id, string? signal)
    {
        var outcome = signal switch
        {
            "TERM" => Terminated,
            "KILL" => Killed,
            _ => throw new RunException($"unknown \"signal\" \"{signal}\": TERM or KILL"),
        };
        if (!_instances.TryGetValue(id, out var served))
        {
            throw new RunException($"there is no instance \"{id}\"");
        }

        served.Run.Stop(outcome);
    }

    private void Run(string id, Served served, Request request, string module, IPAddress? address)
    {
        var outcome = new RunOutcome(ExitCodes.CannotRun);
        try
        {
            using var log = new CriLog(time);
            var configuration = new WasiConfiguration
            {
                Arguments = request.Args ?? [Path.GetFileName(module)],
                Environment = request.Env ?? new Dictionary<string, string>(),
                Preopens = [.. (request.Preopens ?? new Dictionary<string, string>()).Select(preopen => new WasiPreopen(preopen.Key, preopen.Value))],
                StandardOutput = new WasiStream(log.Open(request.Stdout, "stdout")),
                StandardError = new WasiStream(log.Open(request.Stderr, "stderr")),
                Network = WasiNetwork.All,
                BindAddress = address,
                TimeProvider = time,
            };
            outcome = served.Run.Run(engine, () => _modules.Load(module), configuration, new StartEntry(), () => events.Write(new ShimEvent("started", id)));
            if (outcome.Reason is { } reason)
            {
                configuration.StandardError.Stream.Write(Encoding.UTF8.GetBytes($"wasmlab-shim: {reason}\n"));
            }
        }
        catch (Exception e)
        {
            // The log cannot be written: the instance ends, the others do not notice.
            outcome = new RunOutcome(ExitCodes.CannotRun, outcome.Reason ?? FailureText.Of(e));
        }
        finally
        {
            _instances.TryRemove(id, out _);
            events.Write(new ExitedEvent(id, outcome.ExitCode, outcome.Reason));
            served.Ended.Set();
        }
    }

    private sealed record Served(ModuleRun Run, ManualResetEventSlim Ended);
}
