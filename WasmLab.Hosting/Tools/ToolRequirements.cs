using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Diagnosis;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.VirtualClusters;

namespace WasmLab.Hosting.Tools;

/// <summary>Are the programs that the chosen parts of the lab need on this machine, recent enough, and running?</summary>
internal sealed class ToolRequirements(LabShell shell, LabOptions options)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Examines each tool; the commands only look.</summary>
    public async IAsyncEnumerable<Finding> ExamineAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var tool in Needed(options))
        {
            yield return await ExamineAsync(tool, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Says of each tool what was found.</summary>
    /// <exception cref="DistributedApplicationException">Something is missing: one line each.</exception>
    public async Task RequireAsync(LabStep step, CancellationToken cancellationToken)
    {
        var broken = new List<Finding>();
        await foreach (var finding in ExamineAsync(cancellationToken).ConfigureAwait(false))
        {
            DoctorReport.Log(step.Logger, finding);
            if (finding.Status == FindingStatus.Broken)
            {
                broken.Add(finding);
            }
        }

        if (broken.Count > 0)
        {
            throw new DistributedApplicationException(string.Join(
                Environment.NewLine, broken.Select(finding => $"{finding.Link}: {finding.Found}; {finding.Failure!.Cause}. {finding.Failure.Remedy}")));
        }
    }

    private static IEnumerable<RequiredTool> Needed(LabOptions options)
    {
        if (options.Cluster == ClusterKind.Minikube && options.Minikube.Driver == "docker")
        {
            yield return RequiredTool.Docker;
        }

        if (options.Cluster == ClusterKind.Minikube)
        {
            yield return RequiredTool.Minikube;
        }

        if (options.VirtualClusters == VirtualClusterKind.VCluster)
        {
            yield return RequiredTool.Helm;
        }
    }

    private async Task<Finding> ExamineAsync(RequiredTool tool, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        try
        {
            var answer = await shell.ReadAsync(new ProcessCommand(tool.Program, tool.VersionArguments), deadline.Token).ConfigureAwait(false);
            return Judge(tool, answer);
        }
        catch (ProgramMissingException)
        {
            return Finding.Broken(
                tool.Program, "not on the PATH", $"version {tool.Needed} or later is needed", $"Install it: {tool.Install}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Finding.Broken(
                tool.Program, $"no answer to '{new ProcessCommand(tool.Program, tool.VersionArguments)}' within {Patience.TotalSeconds:0} s", "it hangs",
                $"Run the command by hand, and repair what it waits for (restart Docker Desktop, for instance): {tool.Install}");
        }
    }

    private static Finding Judge(RequiredTool tool, CommandResult answer)
    {
        if (tool.VersionOf(answer.Output) is not { } version)
        {
            return Finding.Broken(
                tool.Program, $"it does not tell its version: {answer.LastLine}", $"version {tool.Needed} or later is needed",
                $"Install it anew: {tool.Install}");
        }

        if (version < tool.Needed)
        {
            return Finding.Broken(tool.Program, $"version {version}", $"version {tool.Needed} or later is needed", $"Upgrade it: {tool.Install}");
        }

        return tool == RequiredTool.Docker ? JudgeDaemon(version, answer) : Finding.Holds(tool.Program, $"version {version}");
    }

    private static Finding JudgeDaemon(Version version, CommandResult answer)
    {
        if (answer.Succeeded && JsonNode.Parse(answer.Output)?["Server"] is JsonObject server)
        {
            return Finding.Holds(RequiredTool.Docker.Program, $"version {version}, server {server["Version"]} on {server["Os"]}/{server["Arch"]}");
        }

        var denied = answer.Error.Contains("permission denied", StringComparison.OrdinalIgnoreCase);
        return Finding.Broken(
            RequiredTool.Docker.Program, $"version {version}, but {(answer with { Output = "" }).LastLine}",
            denied ? "this user may not speak to the Docker daemon" : "the Docker daemon does not run",
            denied
                ? "Join the group docker and log in again: https://docs.docker.com/engine/install/linux-postinstall/"
                : "Start Docker Desktop, or: sudo systemctl start docker. See https://docs.docker.com/engine/daemon/start/");
    }
}
