using System.Text;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.PortForwards;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.VirtualClusters;

/// <summary>
/// The vcluster chart. As <c>vcluster connect</c> does, its kubeconfig is read from Secret <c>vc-NAME</c> and its API is reached through a
/// port-forward to service NAME.
/// </summary>
internal sealed class ChartVirtualClusterProvider(ClusterConnections connections, VirtualClusterChart chart, HostObjects hostObjects, PortForwards.PortForwards forwards)
    : IVirtualClusterProvider
{
    private const int ApiPort = 443;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(500);

    public async Task<KubeConfig?> CreateAsync(VirtualClusterResource virtualCluster, LabStep step, CancellationToken cancellationToken)
    {
        var name = virtualCluster.VirtualClusterName;
        await hostObjects.EnsureNamespaceAsync(name, step, cancellationToken).ConfigureAwait(false);
        await chart.InstallAsync(name, step, cancellationToken).ConfigureAwait(false);
        step.ByHand($"kubectl -n {name} get secret vc-{name} -o jsonpath='{{.data.config}}' | base64 -d    # the lab's own client does this part");
        step.ByHand($"kubectl -n {name} port-forward svc/{name} 8443:{ApiPort}    # the lab's own client does this part, on a free port");
        if (step.IsRehearsal)
        {
            return null;
        }

        var service = new ServiceForward(connections.Host, name, name, ApiPort);
        await ServiceReadiness.WaitAsync(service, $"Virtual cluster '{name}'", s_deadline, step, cancellationToken).ConfigureAwait(false);
        var config = await ReadKubeConfigAsync(name, step, cancellationToken).ConfigureAwait(false);
        var server = new Uri(config.Clusters[0].Cluster.Server);
        if (server.IsLoopback)
        {
            var forward = await forwards.OpenAsync(name, service).ConfigureAwait(false);
            config.Clusters[0].Cluster.Server = new UriBuilder(server) { Port = forward.Port }.Uri.AbsoluteUri.TrimEnd('/');
            step.Logger.LogInformation("{Server} leads to service {Service}.", config.Clusters[0].Cluster.Server, $"{name}/{name}");
        }

        return config;
    }

    /// <summary>The Secret appears a little after the pod is ready.</summary>
    private async Task<KubeConfig> ReadKubeConfigAsync(string name, LabStep step, CancellationToken cancellationToken)
    {
        var time = step.Get<TimeProvider>();
        var start = time.GetTimestamp();
        while (true)
        {
            var secret = await connections.Host.FindAsync<Secret>($"vc-{name}", name, cancellationToken).ConfigureAwait(false);
            if (secret?.Data is { } data && data.TryGetValue("config", out var config))
            {
                return Rename(KubeConfig.Parse(Encoding.UTF8.GetString(config)), name);
            }

            if (time.GetElapsedTime(start) > s_deadline)
            {
                throw new DistributedApplicationException(
                    $"Virtual cluster '{name}' runs, but Secret {name}/vc-{name} with its kubeconfig has not come. "
                    + $"Cause: its syncer has a problem. Remedy: kubectl -n {name} logs {name}-0 shows it; then run this step again.");
            }

            await Task.Delay(s_pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>vcluster names everything alike in every virtual cluster; here one kubeconfig holds several.</summary>
    private static KubeConfig Rename(KubeConfig config, string name)
    {
        var (cluster, user, context) = config.Resolve();
        return new KubeConfig
        {
            Clusters = { new() { Name = name, Cluster = cluster } },
            Users = { new() { Name = name, User = user } },
            Contexts = { new() { Name = name, Context = new() { Cluster = name, User = name, Namespace = context.Namespace } } },
            CurrentContext = name,
        };
    }
}
