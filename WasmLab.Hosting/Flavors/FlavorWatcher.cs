using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.Flavors;

/// <summary>Follows a deployed flavor for as long as the lab runs: its pod's status and its container's log.</summary>
internal sealed class FlavorWatcher(ClusterConnections connections, IHostApplicationLifetime lifetime)
{
    private const string DefaultNamespace = "default";
    private readonly HashSet<string> _watched = new(StringComparer.Ordinal);

    /// <summary>Starts to follow the flavor; a second time it does nothing.</summary>
    public void Watch(FlavorResource flavor, LabStep step)
    {
        lock (_watched)
        {
            if (!_watched.Add(flavor.Name))
            {
                return;
            }
        }

        using (ExecutionContext.SuppressFlow())
        {
            _ = Task.Run(() => FollowAsync(flavor, step, lifetime.ApplicationStopping), CancellationToken.None);
        }
    }

    private async Task FollowAsync(FlavorResource flavor, LabStep step, CancellationToken cancellationToken)
    {
        var client = connections.Get(flavor.VirtualCluster.VirtualClusterName);
        var logged = string.Empty;
        var reported = string.Empty;
        try
        {
            await foreach (var pod in FlavorDeployment.WatchPodAsync(client, flavor.Name, cancellationToken).ConfigureAwait(false))
            {
                await PodReport.PublishAsync(pod, step).ConfigureAwait(false);

                var report = PodReport.IsReady(pod) ? "Ready" : PodReport.WaitingReason(pod);
                if (report != reported)
                {
                    reported = report;
                    step.Logger.LogInformation("pod/{Name}: {Report}", flavor.Name, report);
                }

                var container = pod.Status?.ContainerStatuses?.FirstOrDefault();
                if (container?.State?.Running is not null && container.ContainerID is { } id && id != logged)
                {
                    logged = id;
                    _ = FollowLogAsync(client, flavor, step, cancellationToken);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception exception) when (exception is HttpRequestException or KubernetesException or IOException)
        {
            step.Logger.LogWarning("The pod is not followed any more: {Reason}", exception.Message);
        }
    }

    private static async Task FollowLogAsync(KubernetesClient client, FlavorResource flavor, LabStep step, CancellationToken cancellationToken)
    {
        step.ByHand($"kubectl --context {flavor.VirtualCluster.VirtualClusterName} logs -f {flavor.Name}");
        try
        {
            var stream = await client.ReadLogAsync(flavor.Name, DefaultNamespace, new LogOptions { Follow = true }, cancellationToken).ConfigureAwait(false);
            using var reader = new StreamReader(stream);
            while (await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            {
                step.Logger.LogInformation("{Line}", line);
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception exception) when (exception is HttpRequestException or KubernetesException or IOException)
        {
            step.Logger.LogWarning("The log of pod {Name} broke off: {Reason}", flavor.Name, exception.Message);
        }
    }
}
