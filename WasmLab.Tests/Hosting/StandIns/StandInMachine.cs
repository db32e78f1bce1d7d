using WasmLab.Hosting.Lab;

namespace WasmLab.Tests.Hosting.StandIns;

/// <summary>A machine with docker, minikube and helm, each as it is when all is well; tests put other answers in their place.</summary>
internal sealed class StandInMachine : IAsyncDisposable
{
    public StandInMachine()
    {
        Docker = new StandInDocker();
        Helm = new StandInHelm(() => Minikube!.Cluster);
        Minikube = new StandInMinikube();
        Docker.Registry = () => Minikube.Process?.Images;
        Tools.Add("docker", Docker.AnswerAsync);
        Tools.Add("helm", Helm.AnswerAsync);
        Tools.Add("minikube", Minikube.AnswerAsync);
    }

    public StandInTools Tools { get; } = new();

    public StandInDocker Docker { get; }

    public StandInHelm Helm { get; }

    public StandInMinikube Minikube { get; }

    /// <summary>The variables of a lab that finds these tools and no others.</summary>
    public Dictionary<string, string> Environment => new() { ["PATH"] = Tools.Bin };

    /// <summary>Runs these tools from this process, whose PATH is another one.</summary>
    public IProcessRunner Runner => new FolderRunner(Tools.Bin);

    /// <summary>The words of each call that is not one of those that only look.</summary>
    public IReadOnlyList<string> Changes => [.. Tools.Calls.Where(call => !OnlyLooks(call)).Select(call => call.ToString())];

    public async ValueTask DisposeAsync()
    {
        await Tools.DisposeAsync();
        await Minikube.DisposeAsync();
        Docker.Dispose();
    }

    private static bool OnlyLooks(ToolCall call)
    {
        var words = call.Tool == "minikube" && call.Begins("-p") ? [.. call.Arguments.Skip(2)] : call.Arguments;
        return (call.Tool, string.Join(' ', words.Take(2))) switch
        {
            (_, var two) when two.StartsWith("version", StringComparison.Ordinal) => true,
            ("minikube", "status -o" or "profile list" or "addons list" or "image ls") => true,
            ("minikube", "ssh -n") => StandInNode.OnlyLooks(words[^1]),
            ("docker", "manifest inspect") => true,
            ("helm", var two) => two.StartsWith("list", StringComparison.Ordinal) || two == "get values",
            _ => false,
        };
    }

    private sealed class FolderRunner(string folder) : IProcessRunner
    {
        private readonly ProcessRunner _runner = new();

        public Task<int> RunAsync(ProcessCommand command, CancellationToken cancellationToken) =>
            _runner.RunAsync(command with { Program = Path.Combine(folder, command.Program) }, cancellationToken);
    }
}
