using System.ComponentModel;
using System.Diagnostics;

namespace WasmLab.Hosting.Lab;

/// <summary>Runs programs as processes of this machine and ends their whole tree when the caller gives up.</summary>
internal sealed class ProcessRunner : IProcessRunner
{
    public async Task<int> RunAsync(ProcessCommand command, CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(command.Program, command.Arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            },
        };
        foreach (var (name, value) in command.Environment)
        {
            process.StartInfo.Environment[name] = value;
        }

        process.OutputDataReceived += (_, line) => Write(command.Output, line.Data);
        process.ErrorDataReceived += (_, line) => Write(command.Error, line.Data);

        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            throw new ProgramMissingException(command.Program, exception);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await WriteInputAsync(process, command.Input, cancellationToken).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        static void Write(Action<string> lines, string? line)
        {
            if (line is not null)
            {
                lines(line);
            }
        }
    }

    private static async Task WriteInputAsync(Process process, Stream? input, CancellationToken cancellationToken)
    {
        try
        {
            await using var standardInput = process.StandardInput.BaseStream;
            if (input is not null)
            {
                await input.CopyToAsync(standardInput, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException)
        {
            // It ended before it had read everything; its exit code says what that means.
        }
    }
}
