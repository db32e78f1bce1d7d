using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Diagnosis;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.VirtualClusters;

/// <summary>
/// Installs the vcluster chart with helm. Its repository is added to a list of the lab's own, not to the user's, and a release that is as it
/// should be is left alone.
/// </summary>
internal sealed class VirtualClusterChart(LabShell shell, LabOptions options, ClusterConnections connections) : IDisposable
{
    private const string Chart = "vcluster";
    private const string Repository = "https://charts.loft.sh";
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _repositoryGate = new(1);
    private bool _hasRepository;

    private string RepositoryFile => Path.Combine(options.StateDirectory, "helm", "repositories.yaml");

    private string RepositoryCache => Path.Combine(options.CacheDirectory, "helm");

    /// <exception cref="DistributedApplicationException">helm refused; the message says why and what to do.</exception>
    public async Task InstallAsync(string name, LabStep step, CancellationToken cancellationToken)
    {
        var values = options.VirtualClusterValues;
        if (connections.FindHost() is not null && await IsInstalledAsync(name, values, cancellationToken).ConfigureAwait(false))
        {
            step.Logger.LogInformation("Release {Name} is installed already, chart {Version} with these values: nothing changed.", name, options.VirtualClusterChartVersion);
            return;
        }

        await AddRepositoryAsync(step, cancellationToken).ConfigureAwait(false);
        await ChangeAsync(
            step, $"Virtual cluster '{name}' could not be installed",
            [
                "upgrade", "--install", name, $"{Chart}/{Chart}", "--version", options.VirtualClusterChartVersion,
                "--namespace", name, "--values", values, .. Cluster(),
            ],
            cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _repositoryGate.Dispose();

    private async Task AddRepositoryAsync(LabStep step, CancellationToken cancellationToken)
    {
        await _repositoryGate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_hasRepository)
            {
                // It also fetches the list of charts, which an earlier lab may have done too long ago.
                await ChangeAsync(step, $"The chart repository {Repository} could not be added", ["repo", "add", Chart, Repository, "--force-update"], cancellationToken)
                    .ConfigureAwait(false);
                _hasRepository = true;
            }
        }
        finally
        {
            _repositoryGate.Release();
        }
    }

    /// <summary>A release of this version with these values that helm has brought to its end.</summary>
    private async Task<bool> IsInstalledAsync(string name, string valuesPath, CancellationToken cancellationToken)
    {
        var list = await ReadAsync(["list", "--namespace", name, "--filter", $"^{name}$", "-o", "json", .. Cluster()], cancellationToken).ConfigureAwait(false);
        var release = list is JsonArray { Count: > 0 } releases ? releases[0] : null;
        if ((string?)release?["status"] != "deployed" || (string?)release["chart"] != $"{Chart}-{options.VirtualClusterChartVersion}")
        {
            return false;
        }

        var found = await ReadAsync(["get", "values", name, "--namespace", name, "-o", "json", .. Cluster()], cancellationToken).ConfigureAwait(false);
        return Manifest.Parse(await File.ReadAllTextAsync(valuesPath, cancellationToken).ConfigureAwait(false)) is [var wanted, ..]
            && JsonNode.DeepEquals(found, wanted);
    }

    private string[] Cluster() => ["--kubeconfig", options.KubeConfigPath, "--kube-context", connections.HostContext ?? options.Minikube.Profile];

    private ProcessCommand Command(IEnumerable<string> arguments) =>
        new("helm", [.. arguments, "--repository-config", RepositoryFile, "--repository-cache", RepositoryCache]);

    private async Task<JsonNode?> ReadAsync(IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var answer = await shell.ReadAsync(Command(arguments), cancellationToken).ConfigureAwait(false);
        try
        {
            return answer.Succeeded ? JsonNode.Parse(answer.Output) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task ChangeAsync(LabStep step, string failure, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_deadline);
        try
        {
            var answer = await shell.ChangeAsync(step, Command(arguments), deadline.Token).ConfigureAwait(false);
            if (!answer.Succeeded)
            {
                var explanation = KnownFailures.Explain(answer.Error + answer.Output)
                    ?? new Explanation("helm says so", "repair what it names, then run this step again");
                throw new DistributedApplicationException($"{failure}: {answer.LastLine}. Cause: {explanation.Cause}. Remedy: {explanation.Remedy}.");
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DistributedApplicationException(
                $"{failure}: helm did not end within {s_deadline.TotalMinutes:0} minutes. Cause: the cluster or {Repository} does not answer, most often. "
                + "Remedy: the console log shows the command to run by hand; then run this step again.");
        }
    }
}
