using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Diagnosis;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.Clusters;

/// <summary>
/// A cluster that is there already, by a context of the user's kubeconfig. That file is read, never written: the lab's own kubeconfig in
/// the state directory gets a copy of the context.
/// </summary>
internal sealed class ContextClusterProvider(LabOptions options) : IClusterProvider
{
    public void AddPrograms(IResourceBuilder<ClusterResource> cluster)
    {
    }

    public async Task<KubeConfig?> StartAsync(LabStep step, CancellationToken cancellationToken)
    {
        var config = Read(KubeConfigFiles.Paths(), options.Context!, VirtualClustersOf(step));
        using (var client = KubernetesClient.Connect(config))
        {
            step.Logger.LogInformation("Context {Context} is the cluster at {Server}.", options.Context, client.Server);
            await RequireAsync(client, step, cancellationToken).ConfigureAwait(false);
        }

        step.ByHand($"kubectl config view --minify --flatten --context={CommandLine.Quote(options.Context!)} > {CommandLine.Quote(options.KubeConfigPath)}");
        if (!step.IsRehearsal)
        {
            config.Save(options.KubeConfigPath);
        }

        return config;
    }

    /// <summary>The context alone.</summary>
    /// <exception cref="DistributedApplicationException">It is missing, or its name is taken; the message names what there is.</exception>
    public static KubeConfig Read(IReadOnlyList<string> paths, string context, IEnumerable<string> virtualClusters)
    {
        try
        {
            var config = KubeConfigFiles.Load(paths).Extract(context);
            return virtualClusters.Contains(context, StringComparer.Ordinal)
                ? throw new DistributedApplicationException(
                    $"Context '{context}' bears the name of a virtual cluster of the lab, which becomes a context, too: "
                    + $"kubectl config rename-context {context} NEW-NAME, then --context NEW-NAME.")
                : config;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or InvalidOperationException)
        {
            throw new DistributedApplicationException(
                $"Context '{context}' cannot be used: {exception.Message}. Looked in {string.Join(", ", paths)}; kubectl config get-contexts lists what there is.", exception);
        }
    }

    private static IEnumerable<string> VirtualClustersOf(LabStep step) =>
        step.Get<DistributedApplicationModel>().Resources.OfType<VirtualClusterResource>().Select(virtualCluster => virtualCluster.VirtualClusterName);

    private async Task RequireAsync(KubernetesClient client, LabStep step, CancellationToken cancellationToken)
    {
        var broken = new List<Finding>();
        await foreach (var finding in ClusterRequirements.ExamineAsync(client, options, cancellationToken).ConfigureAwait(false))
        {
            step.Logger.LogInformation("{Finding}", DoctorReport.Of(finding).Trim());
            if (finding.Status == FindingStatus.Broken)
            {
                broken.Add(finding);
            }
        }

        if (broken.Count > 0)
        {
            throw new DistributedApplicationException(
                $"The cluster of context '{options.Context}' cannot carry the lab. "
                + string.Join(" ", broken.Select(finding => $"{finding.Link}: {finding.Found}; {finding.Failure!.Remedy}.")));
        }
    }
}
