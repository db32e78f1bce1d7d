using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Clusters;

/// <summary>
/// The program <c>minikube</c>, always on the lab's profile. It writes the lab's own kubeconfig, never the user's: <c>KUBECONFIG</c> of each
/// command says so.
/// </summary>
internal sealed class Minikube(LabShell shell, LabOptions options)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(10);

    /// <summary>Exit code of commands on a profile that is not there.</summary>
    private const int GuestNotFound = 85;

    public string Profile => options.Minikube.Profile;

    /// <summary>A command on the profile.</summary>
    public ProcessCommand Command(params IEnumerable<string> arguments) => new("minikube", ["-p", Profile, .. arguments]);

    /// <summary>A command that may write a kubeconfig.</summary>
    public ProcessCommand KubeConfigCommand(params IEnumerable<string> arguments) => Command(arguments) with
    {
        Environment = new Dictionary<string, string> { ["KUBECONFIG"] = options.KubeConfigPath },
    };

    /// <summary>Runs a command that only looks.</summary>
    /// <exception cref="DistributedApplicationException">It does not answer.</exception>
    public Task<CommandResult> ReadAsync(ProcessCommand command, CancellationToken cancellationToken) =>
        WithinAsync(s_patience, command, token => shell.ReadAsync(command, token), cancellationToken);

    /// <summary>Whether the profile's machine is there and runs.</summary>
    /// <exception cref="DistributedApplicationException">minikube does not tell.</exception>
    public async Task<MinikubeState> FindStateAsync(CancellationToken cancellationToken)
    {
        var answer = await ReadAsync(KubeConfigCommand("status", "-o", "json"), cancellationToken).ConfigureAwait(false);
        if (answer.ExitCode == GuestNotFound || answer.LastLine.Contains("not found", StringComparison.OrdinalIgnoreCase))
        {
            return MinikubeState.Missing;
        }

        var nodes = Parse(answer.Output) switch
        {
            JsonArray array => array.OfType<JsonObject>().ToList(),
            JsonObject node => [node],
            _ => throw new DistributedApplicationException(
                $"'{Command("status", "-o", "json")}' does not tell the state of the profile: {answer.LastLine}. Run it by hand; 'minikube delete -p {Profile}' makes a fresh start possible."),
        };
        var hosts = nodes.Select(node => (string?)node["Host"]).ToList();
        if (hosts.TrueForAll(host => host is null or "Nonexistent"))
        {
            return MinikubeState.Missing;
        }

        return nodes.TrueForAll(IsRunning) ? MinikubeState.Running : MinikubeState.Stopped;
    }

    /// <summary>How the profile was made; null when there is none of that name.</summary>
    public async Task<MinikubeProfile?> FindProfileAsync(CancellationToken cancellationToken)
    {
        var answer = await ReadAsync(new ProcessCommand("minikube", ["profile", "list", "--light", "-o", "json"]), cancellationToken).ConfigureAwait(false);
        var profile = (Parse(answer.Output)?["valid"] as JsonArray)?.FirstOrDefault(item => (string?)item?["Name"] == Profile);
        return profile?["Config"] is { } config
            ? new MinikubeProfile((string?)config["Driver"] ?? "", (string?)config["KubernetesConfig"]?["ContainerRuntime"] ?? "")
            : null;
    }

    /// <summary>Shows and runs a command that changes the profile.</summary>
    /// <exception cref="DistributedApplicationException">It failed; the message says why and what to do.</exception>
    public async Task ChangeAsync(LabStep step, ProcessCommand command, string what, CancellationToken cancellationToken)
    {
        var answer = await WithinAsync(s_deadline, command, token => shell.ChangeAsync(step, command, token), cancellationToken).ConfigureAwait(false);
        if (!answer.Succeeded)
        {
            var error = (answer.Output + answer.Error).Split('\n').Select(MinikubeEvent.TryParse).LastOrDefault(item => item?.Reason is not null);
            throw Failure(what, error, answer);
        }
    }

    /// <summary>What became of a command, in one message with cause and remedy.</summary>
    /// <param name="what">What was tried, such as <c>minikube could not start the node</c>.</param>
    /// <param name="error">The event that ended it, if it wrote one.</param>
    /// <param name="answer">How it ended.</param>
    public static DistributedApplicationException Failure(string what, MinikubeEvent? error, CommandResult answer)
    {
        error ??= new MinikubeEvent("error", new JsonObject { ["message"] = answer.LastLine });
        var explanation = MinikubeFailures.Explain(error);
        var reason = error.Reason is { } id ? $" ({id}, exit code {answer.ExitCode})" : $" (exit code {answer.ExitCode})";
        return new DistributedApplicationException($"{what}: {error.Message}{reason}. Cause: {explanation.Cause}. Remedy: {explanation.Remedy}.");
    }

    private static async Task<CommandResult> WithinAsync(
        TimeSpan time, ProcessCommand command, Func<CancellationToken, Task<CommandResult>> run, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(time);
        try
        {
            return await run(deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DistributedApplicationException(
                $"'{command}' did not end within {time.TotalMinutes:0.#} minutes. Cause: the machine, docker or the network hangs, most often. "
                + "Remedy: run the command by hand, repair what it waits for (restarting docker often helps), then run this step again.");
        }
    }

    private static bool IsRunning(JsonObject node) =>
        (string?)node["Host"] == "Running" && (string?)node["Kubelet"] == "Running"
        && ((string?)node["APIServer"] is "Running" or "Irrelevant" || (bool?)node["Worker"] == true);

    private static JsonNode? Parse(string output)
    {
        try
        {
            return JsonNode.Parse(output);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>What is known of a profile's machine.</summary>
internal enum MinikubeState
{
    /// <summary>There is none.</summary>
    Missing,

    /// <summary>It is there, but not all of it runs.</summary>
    Stopped,

    /// <summary>Every node runs.</summary>
    Running,
}

/// <summary>How a profile was made.</summary>
internal sealed record MinikubeProfile(string Driver, string ContainerRuntime);
