using System.ComponentModel;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Nodes.Logs;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>A container that is a process of this machine.</summary>
internal sealed class ProcessContainer : IContainer
{
    private readonly Process _process;
    private readonly int _processId;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private bool _reaped;

    private ProcessContainer(Bundle bundle, Process process, TimeProvider time, ILogger logger)
    {
        Id = bundle.Id;
        _process = process;
        _processId = process.Id;
        _logger = logger;
        Exited = WatchAsync(bundle, time);
    }

    public string Id { get; }

    public int ProcessId => _processId;

    public Task<ContainerExit> Exited { get; }

    public static ProcessContainer Start(Bundle bundle, ProcessCommand command, TimeProvider time, ILogger logger)
    {
        try
        {
            var process = ProcessLauncher.Start(ProcessGuard.Wrap(command));
            LeftoverProcesses.Record(bundle, process.Id);
            return new ProcessContainer(bundle, process, time, logger);
        }
        catch (Win32Exception exception)
        {
            throw new ContainerStartException($"unable to start container process: exec \"{command.Program}\": {exception.Message}", exception);
        }
    }

    public void Signal(ContainerSignal signal)
    {
        // Under the gate, so that no signal is sent to a process id that may already belong to another process.
        lock (_gate)
        {
            if (_reaped)
            {
                return;
            }

            if (OperatingSystem.IsWindows())
            {
                _process.Kill(entireProcessTree: true);
            }
            else if (signal == ContainerSignal.Terminate)
            {
                UnixSignals.Send(_processId, UnixSignals.Terminate);
            }
            else
            {
                KillGroup();
            }
        }
    }

    private async Task<ContainerExit> WatchAsync(Bundle bundle, TimeProvider time)
    {
        try
        {
            await using var log = new CriLogWriter(bundle.LogPath, time);
            var output = Task.WhenAll(
                log.CopyAsync(_process.StandardOutput.BaseStream, CriLogStream.Stdout),
                log.CopyAsync(_process.StandardError.BaseStream, CriLogStream.Stderr));

            await WaitForExitAsync().ConfigureAwait(false);
            lock (_gate)
            {
                // Whatever the container left running ends with it, and so does the guard.
                KillGroup();
                _reaped = true;
            }

            await output.ConfigureAwait(false);
            return new ContainerExit(_process.ExitCode);
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or UnauthorizedAccessException)
        {
            _logger.LogError(exception, "Container {Id}: its process could not be followed; it is killed", Id);
            _process.Kill(entireProcessTree: true);
            return new ContainerExit(128 + UnixSignals.Kill, exception.Message);
        }
        finally
        {
            LeftoverProcesses.Forget(bundle);
            _process.StandardOutput.Dispose();
            _process.StandardError.Dispose();
            _process.Dispose();
        }
    }

    // Process.WaitForExitAsync also waits for the end of redirected output, which a process that the container
    // left behind may hold open.
    private async Task WaitForExitAsync()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.Exited += (_, _) => ended.TrySetResult();
        if (_process.HasExited)
        {
            return;
        }

        await ended.Task.ConfigureAwait(false);
    }

    private void KillGroup()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        if (ProcessGuard.HasProcessGroups)
        {
            UnixSignals.SendToGroup(_processId, UnixSignals.Kill);
        }
        else if (!_process.HasExited)
        {
            UnixSignals.Send(_processId, UnixSignals.Kill);
        }
    }
}
