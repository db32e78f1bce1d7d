using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Flavors;

/// <summary>Follows a deployed flavor for as long as the lab runs: its pod's status and its container's log.</summary>
internal sealed class FlavorWatcher(ClusterConnections connections, IHostApplicationLifetime lifetime)
{
    private const string DefaultNamespace = "default";
    private readonly HashSet<string> _watched = new(StringComparer.Ordinal);

    /// <summary>Starts to follow the flavor; while it is followed, a second time does nothing.</summary>
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
        await using var pods = new Informer<Pod>(client, DefaultNamespace, new ListOptions { FieldSelector = $"metadata.name={flavor.Name}" });
        await using var events = new Informer<Event>(client, DefaultNamespace, new ListOptions { FieldSelector = $"involvedObject.name={flavor.Name}" });

        // An event changes the report of the pod as it was last seen.
        var changes = Channel.CreateUnbounded<Pod?>();
        pods.Changed += change => changes.Writer.TryWrite(change.Object);
        events.Changed += _ => changes.Writer.TryWrite(null);
        try
        {
            await events.StartAsync(cancellationToken).ConfigureAwait(false);
            await pods.StartAsync(cancellationToken).ConfigureAwait(false);
            Pod? pod = null;
            await foreach (var change in changes.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                pod = change ?? pod;
                if (pod is null)
                {
                    continue;
                }

                var report = PodReport.IsReady(pod) ? "Ready" : PodReport.WaitingReason(pod, events.Items);
                await PodReport.PublishAsync(pod, report, step).ConfigureAwait(false);
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
        catch (Exception exception) when (exception is HttpRequestException or KubernetesException or IOException or ObjectDisposedException)
        {
            step.Logger.LogWarning("The pod is not followed any more, until this step is run again: {Reason}", exception.Message);
        }
        finally
        {
            lock (_watched)
            {
                _watched.Remove(flavor.Name);
            }
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
