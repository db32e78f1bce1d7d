using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>One running <c>wasmlab-shim serve</c>: the client of its protocol. It ends by itself at the end of its input.</summary>
internal sealed class ShimProcess : IAsyncDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly Process _process;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ConcurrentDictionary<string, ShimContainer> _containers = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _writeGate = new();
    private volatile bool _isStopping;

    private ShimProcess(Process process, TimeProvider time, ILogger logger)
    {
        _process = process;
        _time = time;
        _logger = logger;
        ProcessId = process.Id;
        Exited = RunAsync();
    }

    public int ProcessId { get; }

    /// <summary>Ends, never with an exception, with the exit code.</summary>
    public Task<int> Exited { get; }

    public int ContainerCount => _containers.Count;

    /// <summary>Starts the shim: an executable, or a <c>.dll</c> that is run by the .NET of this process.</summary>
    /// <param name="shim">Its path.</param>
    /// <param name="cacheDirectory">Where it keeps compiled code.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Gets what it writes.</param>
    /// <exception cref="ContainerStartException">It cannot be started.</exception>
    public static ShimProcess Start(string shim, string cacheDirectory, TimeProvider time, ILogger logger)
    {
        var isAssembly = shim.EndsWith(".dll", StringComparison.OrdinalIgnoreCase);
        var startInfo = new ProcessStartInfo
        {
            FileName = isAssembly ? DotnetHost.Executable : shim,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        if (isAssembly)
        {
            startInfo.ArgumentList.Add("exec");
            startInfo.ArgumentList.Add(shim);
        }

        startInfo.ArgumentList.Add("serve");
        startInfo.ArgumentList.Add("--cache");
        startInfo.ArgumentList.Add(cacheDirectory);
        startInfo.Environment["DOTNET_ROOT"] = DotnetHost.Root;
        try
        {
            return new ShimProcess(ProcessLauncher.Start(startInfo), time, logger);
        }
        catch (Win32Exception exception)
        {
            throw new ContainerStartException($"cannot start the shim \"{shim}\": {exception.Message}; install it again", exception);
        }
    }

    /// <summary>Starts a module; returns when it runs or has already ended.</summary>
    public async Task<IContainer> StartAsync(ShimRequest request, CancellationToken cancellationToken)
    {
        await _ready.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        var container = new ShimContainer(this, request.Id);
        _containers[request.Id] = container;
        if (Exited.IsCompleted || !TrySend(request))
        {
            container.Lose(LostReason());
        }

        try
        {
            await container.Started.WaitAsync(cancellationToken).ConfigureAwait(false);
            return container;
        }
        catch (OperationCanceledException)
        {
            container.Signal(ContainerSignal.Kill);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        lock (_writeGate)
        {
            _process.StandardInput.Close();
        }

        try
        {
            await Exited.WaitAsync(StopTimeout, _time).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _logger.LogWarning("wasmlab-shim (process {ProcessId}) did not end at the end of its input; killing it", ProcessId);
            _process.Kill(entireProcessTree: true);
            await Exited.ConfigureAwait(false);
        }

        _process.Dispose();
    }

    private bool TrySend(ShimRequest request)
    {
        try
        {
            lock (_writeGate)
            {
                var input = _process.StandardInput.BaseStream;
                input.Write(ShimProtocol.Write(request));
                input.Flush();
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return false;
        }
    }

    private async Task<int> RunAsync()
    {
        var errors = LogErrorsAsync();
        while (await _process.StandardOutput.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            if (ShimProtocol.Read(line) is { } message)
            {
                Dispatch(message);
            }
            else
            {
                _logger.LogWarning("wasmlab-shim wrote a line that is no event: {Line}", line);
            }
        }

        await errors.ConfigureAwait(false);
        await _process.WaitForExitAsync().ConfigureAwait(false);
        var code = _process.ExitCode;
        _ready.TrySetException(new ContainerStartException($"wasmlab-shim ended with code {code} before it was ready"));
        _ = _ready.Task.Exception;
        foreach (var container in _containers.Values)
        {
            container.Lose(LostReason());
        }

        return code;
    }

    private string LostReason() => _isStopping
        ? "the runtime was stopped"
        : $"wasmlab-shim (process {ProcessId}), which ran this container, ended";

    private async Task LogErrorsAsync()
    {
        while (await _process.StandardError.ReadLineAsync().ConfigureAwait(false) is { } line)
        {
            _logger.LogWarning("wasmlab-shim: {Line}", line);
        }
    }

    private void Dispatch(ShimEvent message)
    {
        if (message.Event == "ready")
        {
            _ready.TrySetResult();
            return;
        }

        if (message.Id is null || !_containers.TryGetValue(message.Id, out var container))
        {
            if (message.Event == "error")
            {
                _logger.LogWarning("wasmlab-shim: {Message}", message.Message);
            }

            return;
        }

        switch (message.Event)
        {
            case "started":
                container.SetStarted();
                break;
            case "exited":
                container.SetExited(new ContainerExit(message.Code, message.Reason));
                break;
            case "error":
                container.Fail(message.Message ?? "wasmlab-shim refused the request");
                break;
        }
    }

    private sealed class ShimContainer(ShimProcess shim, string id) : IContainer
    {
        private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<ContainerExit> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Id => id;

        public Task Started => _started.Task;

        public Task<ContainerExit> Exited => _exited.Task;

        public void Signal(ContainerSignal signal)
        {
            if (!_exited.Task.IsCompleted)
            {
                shim.TrySend(new ShimRequest { Op = "signal", Id = id, Signal = signal == ContainerSignal.Terminate ? "TERM" : "KILL" });
            }
        }

        public void SetStarted() => _started.TrySetResult();

        public void SetExited(ContainerExit exit)
        {
            shim._containers.TryRemove(id, out _);
            _exited.TrySetResult(exit);
            _started.TrySetResult();
        }

        public void Lose(string reason) => SetExited(new ContainerExit(137, reason, RuntimeLost: true));

        public void Fail(string message)
        {
            // An error after the start answers some other request about this container, which goes on.
            if (_started.TrySetException(new ContainerStartException(message)))
            {
                shim._containers.TryRemove(id, out _);
            }
        }
    }
}
