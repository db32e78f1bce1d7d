using Microsoft.Extensions.Logging;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>
/// Runs WebAssembly modules in one shared <c>wasmlab-shim serve</c>, which it starts ahead of the first container and again
/// whenever it ends. A container whose program is not a module is an ordinary process, as with containerd's wasm shims.
/// </summary>
internal sealed class WasmHandler : IRuntimeHandler, IAsyncDisposable
{
    private static readonly TimeSpan FirstRestartDelay = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestRestartDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StableAfter = TimeSpan.FromSeconds(10);

    private readonly string _shimPath;
    private readonly string _cacheDirectory;
    private readonly IRuntimeHandler _processes;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<string> _reportRestart;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _supervision;
    private readonly Lock _gate = new();
    private TaskCompletionSource<ShimProcess> _current = NewCompletion();
    private bool _isRetired;

    public WasmHandler(
        string name, string shimPath, string cacheDirectory, IRuntimeHandler processes, TimeProvider time, ILogger logger, Action<string> reportRestart)
    {
        Name = name;
        _shimPath = shimPath;
        _cacheDirectory = cacheDirectory;
        _processes = processes;
        _time = time;
        _logger = logger;
        _reportRestart = reportRestart;
        _supervision = Task.Run(SuperviseAsync);
    }

    public string Name { get; }

    public async Task<IContainer> StartAsync(Bundle bundle, CancellationToken cancellationToken)
    {
        var module = ProcessCommand.FindProgram(bundle);
        if (!await IsModuleAsync(module, cancellationToken).ConfigureAwait(false))
        {
            return await _processes.StartAsync(bundle, cancellationToken).ConfigureAwait(false);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(bundle.LogPath)!);
        var preopens = new Dictionary<string, string> { ["/"] = bundle.RootFileSystem };
        foreach (var mount in bundle.Mounts)
        {
            preopens[mount.MountPath] = mount.HostPath;
        }

        var shim = await CurrentShimAsync(cancellationToken).ConfigureAwait(false);
        return await shim.StartAsync(
            new ShimRequest
            {
                Op = "start",
                Id = bundle.Id,
                Module = module,
                Args = [bundle.Arguments[0].TrimStart('/'), .. bundle.Arguments.Skip(1)],
                Env = bundle.Environment,
                Preopens = preopens,
                Address = bundle.Address?.ToString(),
                Stdout = bundle.LogPath,
                Stderr = bundle.LogPath,
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The handler is no longer configured: its shim ends when its last container has.</summary>
    public void Retire()
    {
        _isRetired = true;
        _ = StopWhenIdleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _supervision.ConfigureAwait(false);
    }

    private static TaskCompletionSource<ShimProcess> NewCompletion() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static async Task<bool> IsModuleAsync(string path, CancellationToken cancellationToken)
    {
        var magic = new byte[4];
        await using var file = File.OpenRead(path);
        var read = await file.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return (read == magic.Length && magic.AsSpan().SequenceEqual("\0asm"u8))
            || path.EndsWith(".wasm", StringComparison.OrdinalIgnoreCase);
    }

    private async Task<ShimProcess> CurrentShimAsync(CancellationToken cancellationToken)
    {
        Task<ShimProcess> current;
        lock (_gate)
        {
            current = _current.Task;
        }

        return await current.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task StopWhenIdleAsync()
    {
        try
        {
            var shim = await CurrentShimAsync(_stopping.Token).ConfigureAwait(false);
            while (shim.ContainerCount > 0 && !shim.Exited.IsCompleted)
            {
                await Task.Delay(FirstRestartDelay, _time, _stopping.Token).ConfigureAwait(false);
            }

            await DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or ContainerStartException)
        {
            // Stopped by other means.
        }
    }

    private async Task SuperviseAsync()
    {
        var delay = TimeSpan.Zero;
        string? ended = null;
        while (!_stopping.IsCancellationRequested && !(_isRetired && ended is not null))
        {
            var startedAt = _time.GetTimestamp();
            ended = await RunOnceAsync(ended).ConfigureAwait(false);
            delay = _time.GetElapsedTime(startedAt) > StableAfter
                ? TimeSpan.Zero
                : TimeSpan.FromTicks(Math.Clamp(delay.Ticks * 2, FirstRestartDelay.Ticks, LongestRestartDelay.Ticks));

            // The first restart, and any after a stable time, is immediate.
            if (delay > FirstRestartDelay)
            {
                await Task.Delay(delay, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        lock (_gate)
        {
            _current.TrySetException(new ContainerStartException($"no runtime for \"{Name}\" is configured"));
            _ = _current.Task.Exception;
        }
    }

    private async Task<string> RunOnceAsync(string? previousEnd)
    {
        ShimProcess shim;
        try
        {
            shim = ShimProcess.Start(_shimPath, _cacheDirectory, _time, _logger);
        }
        catch (ContainerStartException exception)
        {
            _logger.LogError("Runtime handler {Handler}: {Reason}", Name, exception.Message);
            lock (_gate)
            {
                _current.TrySetException(exception);
                _ = _current.Task.Exception;
                _current = NewCompletion();
            }

            return exception.Message;
        }

        _logger.LogInformation("Runtime handler {Handler}: wasmlab-shim is process {ProcessId}", Name, shim.ProcessId);
        if (previousEnd is not null)
        {
            _reportRestart($"Runtime handler {Name}: {previousEnd}; restarted as process {shim.ProcessId}");
        }

        lock (_gate)
        {
            _current.TrySetResult(shim);
        }

        await using (shim)
        {
            await shim.Exited.WaitAsync(_stopping.Token).ContinueWith(_ => { }, TaskScheduler.Default).ConfigureAwait(false);
            lock (_gate)
            {
                _current = NewCompletion();
            }
        }

        return $"wasmlab-shim (process {shim.ProcessId}) ended with code {await shim.Exited.ConfigureAwait(false)}";
    }
}
