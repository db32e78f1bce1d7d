using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using WasmLab.Kubernetes;
using WasmLab.Oci;

namespace WasmLab.Tests.Support;

/// <summary>
/// The real <c>wasmlab-cluster</c>, found beside the tests, in a process of its own with a state directory of its own and free
/// ports. It ends with <see cref="DisposeAsync"/>, and, because it watches its input, with the test process in any case.
/// </summary>
internal sealed class ClusterProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(30);

    private readonly TemporaryDirectory _state;
    private readonly ProcessStartInfo _start;
    private readonly ConcurrentQueue<string> _output = new();
    private Process _process = new();
    private TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private KubernetesClient? _client;

    private ClusterProcess(TemporaryDirectory state, ProcessStartInfo start)
    {
        _state = state;
        _start = start;
    }

    public int ProcessId => _process.Id;

    public string StateDirectory => _state.Path;

    public string KubeConfigPath => _state["kubeconfig"];

    /// <summary>Everything that the process has written.</summary>
    public string Output => string.Join('\n', _output);

    /// <summary>The line <c>wasmlab-cluster ready api=… ingress=…</c>.</summary>
    public string ReadyLine => _ready.Task.Result;

    /// <summary>Where its ingress listens, if it has that part.</summary>
    public Uri IngressAddress => new(ReadyLine[(ReadyLine.IndexOf("ingress=", StringComparison.Ordinal) + "ingress=".Length)..].Split(' ')[0]);

    /// <summary>A client over the network, with the credentials of the kubeconfig that the process wrote.</summary>
    public KubernetesClient Client => _client ??= KubernetesClient.Connect(KubeConfig.Load(KubeConfigPath));

    public ImageStore Images => new(_state["images"]);

    public string RuntimesDirectory => _state["node/runtimes.d"];

    public static string DotnetPath { get; } = Path.Combine(
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..")),
        OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");

    /// <summary>Starts it and waits until it is ready.</summary>
    /// <param name="parts">The value of <c>--parts</c>.</param>
    /// <param name="arguments">Further arguments.</param>
    public static async Task<ClusterProcess> StartAsync(string parts = "api,node,controllers", params string[] arguments)
    {
        var state = new TemporaryDirectory();
        var start = new ProcessStartInfo(DotnetPath)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])[
            "exec", Path.Combine(AppContext.BaseDirectory, "wasmlab-cluster.dll"), "--parts", parts, "--state-directory", state.Path,
            "--kubeconfig", state["kubeconfig"], "--api-port", "0", "--ingress-port", "0", "--parent-watch", .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        var cluster = new ClusterProcess(state, start);
        await cluster.StartAsync();
        return cluster;
    }

    /// <summary>Installs the shim as a runtime handler, as the lab's shim step does.</summary>
    public void InstallShim(string handler = "wasmedgev1")
    {
        var shim = Path.Combine(AppContext.BaseDirectory, "wasmlab-shim.dll");
        Directory.CreateDirectory(RuntimesDirectory);
        var file = Path.Combine(RuntimesDirectory, handler + ".json");
        File.WriteAllText(file + ".new", $$"""{"runtimeType":"io.containerd.wasmedge.v1","shim":{{System.Text.Json.JsonSerializer.Serialize(shim)}}}""");
        File.Move(file + ".new", file, overwrite: true);
    }

    /// <summary>Kills the process alone, as <c>kill -9</c> does.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Starts it again, with the same state directory, after it has ended.</summary>
    public async Task RestartAsync()
    {
        _process.Dispose();
        _client?.Dispose();
        _client = null;
        _ready = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await StartAsync();
    }

    /// <summary>Ends its input: what a parent that was killed leaves behind.</summary>
    public async Task<int> CloseInputAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(StopDeadline);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        try
        {
            if (!_process.HasExited)
            {
                await CloseInputAsync();
            }
        }
        catch (TimeoutException)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            throw new TimeoutException($"wasmlab-cluster did not stop within {StopDeadline}:\n{Output}");
        }
        finally
        {
            _process.Dispose();
            _state.Dispose();
        }
    }

    private async Task StartAsync()
    {
        _process = new Process { StartInfo = _start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => OnLine(line.Data);
        _process.ErrorDataReceived += (_, line) => OnLine(line.Data);
        _process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"wasmlab-cluster ended before it was ready:\n{Output}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            await _ready.Task.WaitAsync(StartDeadline);
        }
        catch (Exception exception)
        {
            await DisposeAsync();
            throw exception is TimeoutException ? new TimeoutException($"wasmlab-cluster was not ready within {StartDeadline}:\n{Output}") : exception;
        }
    }

    private void OnLine(string? line)
    {
        if (line is null)
        {
            return;
        }

        _output.Enqueue(line);
        if (line.StartsWith("wasmlab-cluster ready", StringComparison.Ordinal))
        {
            _ready.TrySetResult(line);
        }
    }
}
