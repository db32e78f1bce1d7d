using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Nodes;

/// <summary>
/// A node of minikube, reached by <c>minikube ssh</c> and <c>minikube cp</c>. The machine's ssh program is used: minikube's built-in client
/// runs every command on a terminal, which mixes standard error into the output.
/// </summary>
internal sealed partial class MinikubeNode(string name, Minikube minikube, LabShell shell) : INode
{
    public string Name { get; } = name;

    public async Task<CommandResult> ReadAsync(IReadOnlyList<string> command, CancellationToken cancellationToken) =>
        Interpret(await shell.ReadAsync(Ssh(command), cancellationToken).ConfigureAwait(false));

    public async Task<CommandResult> ChangeAsync(LabStep step, IReadOnlyList<string> command, CancellationToken cancellationToken) =>
        Interpret(await shell.ChangeAsync(step, Ssh(command) with { Output = Log(step), Error = Log(step) }, cancellationToken).ConfigureAwait(false));

    public async Task CopyAsync(LabStep step, string source, string path, UnixFileMode mode, CancellationToken cancellationToken)
    {
        NodeFiles.CheckPath(Name, path);
        await minikube.ChangeAsync(
            step, minikube.Command("cp", source, $"{Name}:{NodeFiles.Part(path)}"), $"{source} could not be copied to node {Name}", cancellationToken)
            .ConfigureAwait(false);
        var length = step.IsRehearsal && !File.Exists(source) ? 0 : new FileInfo(source).Length;
        var placed = await ChangeAsync(step, NodeFiles.Place(path, length, mode), cancellationToken).ConfigureAwait(false);
        if (!placed.Succeeded)
        {
            throw NodeFiles.CopyFailed(Name, path, placed.LastLine);
        }
    }

    /// <summary>minikube joins its words with spaces and gives them to a shell on the node, so that they have to be quoted for that one too.</summary>
    private ProcessCommand Ssh(IReadOnlyList<string> command) =>
        minikube.Command("ssh", "-n", Name, "--native-ssh=false", "--", CommandLine.Of(["sudo", .. command]));

    private static Action<string> Log(LabStep step) => line => step.Logger.LogInformation("{Line}", line);

    /// <summary>minikube itself ends with 1 and tells the command's exit code in a last line.</summary>
    private static CommandResult Interpret(CommandResult answer)
    {
        if (answer.Succeeded || ExitLine().Match(answer.Error) is not { Success: true } exit)
        {
            return answer;
        }

        return answer with
        {
            ExitCode = int.Parse(exit.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture),
            Error = ExitLine().Replace(answer.Error, ""),
        };
    }

    [GeneratedRegex(@"^ssh: (?:exit status|Process exited with status) (\d+)\n?", RegexOptions.Multiline)]
    private static partial Regex ExitLine();
}
