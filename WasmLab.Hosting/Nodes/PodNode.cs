using System.IO.Pipelines;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.Nodes;

/// <summary>A node that takes commands through a privileged pod on it, which enters the namespaces of the node's first process.</summary>
internal sealed class PodNode(string name, string pod, KubernetesClient host) : INode
{
    private static readonly string[] s_enter = ["nsenter", "-t", "1", "-m", "-u", "-i", "-n", "-p", "--"];

    public string Name => name;

    public Task<CommandResult> ReadAsync(IReadOnlyList<string> command, CancellationToken cancellationToken) =>
        RunAsync(command, null, _ => { }, cancellationToken);

    public async Task<CommandResult> ChangeAsync(LabStep step, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        step.ByHand(Show(command));
        return step.IsRehearsal
            ? CommandResult.Rehearsed
            : await RunAsync(command, null, line => step.Logger.LogInformation("{Line}", line), cancellationToken).ConfigureAwait(false);
    }

    public async Task CopyAsync(LabStep step, string source, string path, UnixFileMode mode, CancellationToken cancellationToken)
    {
        NodeFiles.CheckPath(name, path);

        // A server before Kubernetes 1.30 cannot be told where the input ends.
        var length = new FileInfo(source).Length;
        string[] write = ["sh", "-c", $"head -c {length.ToString(CultureInfo.InvariantCulture)} > {NodeFiles.Part(path)}"];
        var place = NodeFiles.Place(path, length, mode);
        step.ByHand($"{Show(write, "-i")} < {CommandLine.Quote(source)}");
        step.ByHand(Show(place));
        if (step.IsRehearsal)
        {
            return;
        }

        var content = File.OpenRead(source);
        await using (content.ConfigureAwait(false))
        {
            Check(await RunAsync(write, content, _ => { }, cancellationToken).ConfigureAwait(false));
        }

        Check(await RunAsync(place, null, _ => { }, cancellationToken).ConfigureAwait(false));

        void Check(CommandResult result)
        {
            if (!result.Succeeded)
            {
                throw NodeFiles.CopyFailed(name, path, result.LastLine);
            }
        }
    }

    private string Show(IReadOnlyList<string> command, params string[] flags) =>
        CommandLine.Of(["kubectl", "-n", NodePods.Namespace, "exec", .. flags, pod, "--", .. s_enter, .. command]);

    private async Task<CommandResult> RunAsync(
        IReadOnlyList<string> command, Stream? input, Action<string> log, CancellationToken cancellationToken)
    {
        var (output, error) = (new Lines(log), new Lines(log));
        try
        {
            var result = await host.ExecAsync(
                pod, NodePods.Namespace, [.. s_enter, .. command],
                new ExecOptions { Stdin = input, Stdout = output.Stream, Stderr = error.Stream }, cancellationToken).ConfigureAwait(false);
            return new CommandResult(
                result.ExitCode, await output.EndAsync().ConfigureAwait(false), await error.EndAsync().ConfigureAwait(false));
        }
        catch (Exception exception) when (exception is IOException or KubernetesException or HttpRequestException)
        {
            await output.EndAsync().ConfigureAwait(false);
            await error.EndAsync().ConfigureAwait(false);
            throw new DistributedApplicationException(
                $"Node {name} cannot be reached through pod {NodePods.Namespace}/{pod}: {exception.Message} Run the step again; "
                + "or tell how commands reach the node (WasmLab:Nodes:0:Name, WasmLab:Nodes:0:Shell).", exception);
        }
    }

    /// <summary>Collects what is written to its stream as lines ended by <c>\n</c>.</summary>
    private sealed class Lines
    {
        private readonly Pipe _pipe = new();
        private readonly Task<string> _text;

        public Lines(Action<string> log)
        {
            Stream = _pipe.Writer.AsStream();
            _text = CollectAsync(_pipe.Reader.AsStream(), log);
        }

        public Stream Stream { get; }

        public async Task<string> EndAsync()
        {
            await _pipe.Writer.CompleteAsync().ConfigureAwait(false);
            return await _text.ConfigureAwait(false);
        }

        private static async Task<string> CollectAsync(Stream stream, Action<string> log)
        {
            using var reader = new StreamReader(stream);
            var text = new StringBuilder();
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                text.Append(line).Append('\n');
                log(line);
            }

            return text.ToString();
        }
    }
}
