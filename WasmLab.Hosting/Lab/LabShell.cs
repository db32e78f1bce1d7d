using System.Text;

namespace WasmLab.Hosting.Lab;

/// <summary>
/// Runs programs of this machine for a step. What changes something is shown before it runs, and in a rehearsal
/// (<c>--dry-run</c>) it is shown only.
/// </summary>
internal sealed class LabShell(IProcessRunner processes, LabOptions options)
{
    /// <summary>True when nothing may be changed.</summary>
    public bool IsRehearsal => options.DryRun;

    /// <summary>Runs a program that only looks.</summary>
    public Task<CommandResult> ReadAsync(ProcessCommand command, CancellationToken cancellationToken) =>
        RunAsync(command, cancellationToken);

    /// <summary>Shows and runs a program that changes something; a rehearsal gives <see cref="CommandResult.Rehearsed"/>.</summary>
    public async Task<CommandResult> ChangeAsync(LabStep step, ProcessCommand command, CancellationToken cancellationToken)
    {
        step.ByHand(command.ToString());
        return IsRehearsal ? CommandResult.Rehearsed : await RunAsync(command, cancellationToken).ConfigureAwait(false);
    }

    private async Task<CommandResult> RunAsync(ProcessCommand command, CancellationToken cancellationToken)
    {
        var (output, error) = (new StringBuilder(), new StringBuilder());
        var exitCode = await processes.RunAsync(
            command with
            {
                Output = line =>
                {
                    output.Append(line).Append('\n');
                    command.Output(line);
                },
                Error = line =>
                {
                    error.Append(line).Append('\n');
                    command.Error(line);
                },
            },
            cancellationToken).ConfigureAwait(false);
        return new CommandResult(exitCode, output.ToString(), error.ToString());
    }
}
