using System.ComponentModel;
using System.Diagnostics;

namespace WasmLab.Hosting.Lab;

/// <summary>Runs programs as processes of this machine and ends their whole tree when the caller gives up.</summary>
internal sealed class ProcessRunner : IProcessRunner
{
    public async Task<int> RunAsync(
        string program, IReadOnlyList<string> arguments, Action<string> output, CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            },
        };
        process.OutputDataReceived += (_, line) => Write(line.Data);
        process.ErrorDataReceived += (_, line) => Write(line.Data);

        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            throw new ProgramMissingException(program, exception);
        }

        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        void Write(string? line)
        {
            if (line is not null)
            {
                output(line);
            }
        }
    }
}
