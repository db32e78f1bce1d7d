using System.ComponentModel;
using System.Diagnostics;

namespace Aspire.Hosting.Processes;

/// <summary>A child process in a group of its own that does not outlive this process, even when that is killed.</summary>
/// <remarks>
/// The child's stdin is a pipe that is never written to: it ends when this process is gone, which a child may watch for.
/// Whether it does or not, on Unix a guard in the child's group watches the same pipe and ends the group; on Windows a job object does.
/// </remarks>
internal sealed class GuardedProcess : IDisposable
{
    private static readonly TimeSpan s_outputTimeout = TimeSpan.FromSeconds(1);

    private readonly Process _process;
    private readonly bool _hasGroup;
    private readonly Task _output;

    private GuardedProcess(Process process, bool hasGroup, Action<string, bool> onLine)
    {
        _process = process;
        _hasGroup = hasGroup;
        Id = process.Id;
        _output = Task.WhenAll(
            ReadLinesAsync(process.StandardOutput, line => onLine(line, false)),
            ReadLinesAsync(process.StandardError, line => onLine(line, true)));
    }

    public int Id { get; }

    /// <summary>Starts a process.</summary>
    /// <exception cref="DistributedApplicationException">The program or the folder is not there, or the program cannot be executed.</exception>
    public static GuardedProcess Start(string command, IReadOnlyList<string> arguments, string workingDirectory, IReadOnlyDictionary<string, string> environment, Action<string, bool> onLine)
    {
        if (!Directory.Exists(workingDirectory))
        {
            throw new DistributedApplicationException($"'{command}' cannot be started: its working directory '{workingDirectory}' does not exist.");
        }

        var program = ProgramPath.Find(command, workingDirectory)
            ?? throw new DistributedApplicationException($"'{command}' cannot be started: it is neither a file nor a program in PATH. Install it, or give the full path.");
        var hasGroup = UnixGuard.TryWrap(program, arguments, out var fileName, out var wrapped);
        var startInfo = new ProcessStartInfo(fileName, wrapped)
        {
            WorkingDirectory = workingDirectory,
            UseShellExecute = false,
            CreateNoWindow = true,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            startInfo.Environment[name] = value;
        }

        Process process;
        try
        {
            process = Process.Start(startInfo)!;
        }
        catch (Win32Exception exception)
        {
            throw new DistributedApplicationException($"'{command}' cannot be started: {exception.Message}", exception);
        }

        if (OperatingSystem.IsWindows())
        {
            WindowsJob.Shared.Add(process);
        }

        return new GuardedProcess(process, hasGroup, onLine);
    }

    /// <summary>Waits until the process has ended and its output is read.</summary>
    public async Task<int> WaitForExitAsync()
    {
        await WaitForProcessAsync(CancellationToken.None).ConfigureAwait(false);
        // What it left behind in its group ends with it, and so does the guard.
        KillGroup();
        // A grandchild outside the group may hold the pipes open.
        await _output.WaitAsync(s_outputTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _process.ExitCode;
    }

    /// <summary>Asks the process to end (SIGTERM; on Windows the end of its stdin), and kills it and its children after the time-out.</summary>
    public async Task StopAsync(TimeSpan timeout, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        using var cut = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = timeProvider.CreateTimer(_ => cut.Cancel(), null, timeout, Timeout.InfiniteTimeSpan);
        AskToEnd();
        try
        {
            await WaitForProcessAsync(cut.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Kill();
        }
    }

    public void Dispose()
    {
        Kill();
        _process.Dispose();
    }

    private void AskToEnd()
    {
        if (OperatingSystem.IsWindows())
        {
            _process.StandardInput.Close();
        }
        else if (!HasExited())
        {
            UnixSignals.Send(_hasGroup ? -Id : Id, UnixSignals.Terminate);
        }
    }

    private void Kill()
    {
        KillGroup();
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception exception) when (exception is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has ended meanwhile.
        }
    }

    private void KillGroup()
    {
        if (_hasGroup)
        {
            UnixSignals.Send(-Id, UnixSignals.Kill);
        }
    }

    // Process.WaitForExitAsync would also wait for the pipes, which a grandchild may hold.
    private async Task WaitForProcessAsync(CancellationToken cancellationToken)
    {
        var exited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.EnableRaisingEvents = true;
        _process.Exited += OnExited;
        try
        {
            if (!HasExited())
            {
                await exited.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _process.Exited -= OnExited;
        }

        void OnExited(object? sender, EventArgs e) => exited.TrySetResult();
    }

    private bool HasExited()
    {
        try
        {
            return _process.HasExited;
        }
        catch (InvalidOperationException)
        {
            return true;
        }
    }

    private static async Task ReadLinesAsync(StreamReader reader, Action<string> onLine)
    {
        try
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                onLine(line);
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The pipe is gone with the process.
        }
    }
}
