using System.Text;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Nodes;

/// <summary>
/// A node that a command of this machine reaches, such as <c>ssh root@10.0.0.5</c> or <c>docker exec -i kind-control-plane</c>. Some of these
/// hand the words on to a shell and some do not: only words that both read alike are given to it, all else goes through its standard input.
/// </summary>
internal sealed class ShellNode(string name, IReadOnlyList<string> prefix, LabShell shell) : INode
{
    public string Name => name;

    public Task<CommandResult> ReadAsync(IReadOnlyList<string> command, CancellationToken cancellationToken) =>
        RunAsync(CommandOf(command), cancellationToken);

    public async Task<CommandResult> ChangeAsync(LabStep step, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        step.ByHand(Show(command));
        return step.IsRehearsal ? CommandResult.Rehearsed : await RunAsync(CommandOf(command) with { Output = Log, Error = Log }, cancellationToken).ConfigureAwait(false);

        void Log(string line) => step.Logger.LogInformation("{Line}", line);
    }

    public async Task CopyAsync(LabStep step, string source, string path, UnixFileMode mode, CancellationToken cancellationToken)
    {
        NodeFiles.CheckPath(name, path);
        string[] write = ["dd", $"of={NodeFiles.Part(path)}", "bs=64k"];
        var place = NodeFiles.Place(path, new FileInfo(source).Length, mode);
        step.ByHand($"{CommandLine.Of([.. prefix, .. write])} < {CommandLine.Quote(source)}");
        step.ByHand(Show(place));
        if (step.IsRehearsal)
        {
            return;
        }

        var content = File.OpenRead(source);
        await using (content.ConfigureAwait(false))
        {
            Check(await RunAsync(CommandOf(write) with { Input = content }, cancellationToken).ConfigureAwait(false));
        }

        Check(await RunAsync(CommandOf(place), cancellationToken).ConfigureAwait(false));

        void Check(CommandResult result)
        {
            if (!result.Succeeded)
            {
                throw NodeFiles.CopyFailed(name, path, result.LastLine);
            }
        }
    }

    private static bool IsPlain(IReadOnlyList<string> command) => command.All(CommandLine.IsPlain);

    private ProcessCommand CommandOf(IReadOnlyList<string> command) =>
        IsPlain(command)
            ? new ProcessCommand(prefix[0], [.. prefix.Skip(1), .. command])
            : new ProcessCommand(prefix[0], [.. prefix.Skip(1), "sh", "-s"]) { Input = new MemoryStream(Encoding.UTF8.GetBytes(CommandLine.Of(command) + "\n")) };

    private string Show(IReadOnlyList<string> command) =>
        IsPlain(command)
            ? CommandLine.Of([.. prefix, .. command])
            : $"echo {CommandLine.Quote(CommandLine.Of(command))} | {CommandLine.Of(prefix)} sh -s";

    private async Task<CommandResult> RunAsync(ProcessCommand command, CancellationToken cancellationToken)
    {
        try
        {
            return await shell.ReadAsync(command, cancellationToken).ConfigureAwait(false);
        }
        catch (ProgramMissingException missing)
        {
            throw new DistributedApplicationException(
                $"Node {name} cannot be reached: {missing.Message} Install it, or set how commands reach the node (WasmLab:Nodes:Shell).", missing);
        }
    }
}
