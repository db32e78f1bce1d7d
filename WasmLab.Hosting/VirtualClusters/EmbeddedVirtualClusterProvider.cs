using System.Text;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.VirtualClusters;

/// <summary>
/// Asks the cluster for a <c>VirtualCluster</c> object, which the lab's own controller serves, and, as <c>vcluster connect</c> does, reads its
/// kubeconfig from Secret <c>vc-NAME</c>.
/// </summary>
internal sealed class EmbeddedVirtualClusterProvider(ClusterConnections connections, HostObjects hostObjects, LabOptions options, TimeProvider time)
    : IVirtualClusterProvider
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public async Task<KubeConfig?> CreateAsync(VirtualClusterResource virtualCluster, LabStep step, CancellationToken cancellationToken)
    {
        var name = virtualCluster.VirtualClusterName;
        if (options.Cluster == ClusterKind.Embedded)
        {
            step.ByHand("helm repo add vcluster https://charts.loft.sh");
            step.ByHand($"helm upgrade --install {name} vcluster/vcluster --namespace {name} --create-namespace --values assets/vcluster.yaml");
        }

        await hostObjects.EnsureNamespaceAsync(name, step, cancellationToken).ConfigureAwait(false);
        if (options.Cluster != ClusterKind.Embedded)
        {
            step.ByHand($"kubectl apply -f -    # VirtualCluster {name} in namespace {name}, and CustomResourceDefinition virtualclusters.wasmlab.dev");
        }

        if (step.IsRehearsal)
        {
            return null;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            await CreateAsync(name, deadline.Token).ConfigureAwait(false);
            step.ByHand($"kubectl -n {name} get secret vc-{name} -o jsonpath='{{.data.config}}' | base64 -d");
            return await ReadKubeConfigAsync(name, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DistributedApplicationException(
                $"Virtual cluster '{name}' did not come up within {Deadline.TotalSeconds:0} s: no API server answers the kubeconfig of Secret vc-{name} in namespace {name}. "
                + $"See: kubectl -n {name} describe virtualcluster {name}");
        }
    }

    /// <summary>The kind may be on its way: the controller brings it to a cluster that does not know it.</summary>
    private async Task CreateAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var virtualCluster = Ownership.Mark(new VirtualCluster { Metadata = { Name = name, Namespace = name } });
                await connections.Host.ApplyAsync(virtualCluster, Ownership.FieldManager, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (KubernetesException exception) when (exception.IsNotFound)
            {
                await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>On a cluster that outlives the lab the Secret may be an earlier lab's: it counts when its API server answers.</summary>
    private async Task<KubeConfig> ReadKubeConfigAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await connections.Host.FindAsync<Secret>($"vc-{name}", name, cancellationToken).ConfigureAwait(false) is { } secret
                && Parse(secret) is var config
                && await AnswersAsync(config, cancellationToken).ConfigureAwait(false))
            {
                return config;
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<bool> AnswersAsync(KubeConfig config, CancellationToken cancellationToken)
    {
        using var client = KubernetesClient.Connect(config);
        try
        {
            await client.GetReadyzAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or KubernetesException or IOException)
        {
            return false;
        }
    }

    private static KubeConfig Parse(Secret secret) =>
        secret.Data is { } data && data.TryGetValue("config", out var config)
            ? KubeConfig.Parse(Encoding.UTF8.GetString(config))
            : throw new DistributedApplicationException($"Secret {secret.Metadata.Namespace}/{secret.Metadata.Name} has no key 'config'.");
}
