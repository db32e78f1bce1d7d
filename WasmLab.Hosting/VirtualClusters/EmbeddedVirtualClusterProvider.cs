using System.Text;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.VirtualClusters;

/// <summary>
/// Asks the cluster for a <c>VirtualCluster</c> object and, as <c>vcluster connect</c> does, reads its kubeconfig from Secret
/// <c>vc-NAME</c>.
/// </summary>
internal sealed class EmbeddedVirtualClusterProvider(ClusterConnections connections) : IVirtualClusterProvider
{
    private const string FieldManager = "wasmlab";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    public async Task<KubeConfig?> CreateAsync(VirtualClusterResource virtualCluster, LabStep step, CancellationToken cancellationToken)
    {
        var name = virtualCluster.VirtualClusterName;
        step.ByHand("helm repo add vcluster https://charts.loft.sh");
        step.ByHand($"helm upgrade --install {name} vcluster/vcluster --namespace {name} --create-namespace --values assets/vcluster.yaml");

        if (step.IsRehearsal)
        {
            return null;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            var host = connections.Host;
            await host.ApplyAsync(new Namespace { Metadata = { Name = name } }, FieldManager, deadline.Token).ConfigureAwait(false);
            await host.ApplyAsync(new VirtualCluster { Metadata = { Name = name, Namespace = name } }, FieldManager, deadline.Token)
                .ConfigureAwait(false);

            step.ByHand($"kubectl -n {name} get secret vc-{name} -o jsonpath='{{.data.config}}' | base64 -d");
            return await ReadKubeConfigAsync(host, name, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DistributedApplicationException(
                $"Virtual cluster '{name}' did not come up within {Deadline.TotalSeconds:0} s: Secret vc-{name} is missing in namespace {name}. "
                + $"See: kubectl -n {name} describe virtualcluster {name}");
        }
    }

    private static async Task<KubeConfig> ReadKubeConfigAsync(KubernetesClient host, string name, CancellationToken cancellationToken)
    {
        var secretName = $"vc-{name}";
        var list = await host.ListAsync<Secret>(name, ct: cancellationToken).ConfigureAwait(false);
        if (list.Items.FirstOrDefault(secret => secret.Metadata.Name == secretName) is { } there)
        {
            return Parse(there);
        }

        await foreach (var change in host.WatchAsync<Secret>(name, list.Metadata.ResourceVersion, null, cancellationToken).ConfigureAwait(false))
        {
            if (change.Type is WatchEventType.Added or WatchEventType.Modified && change.Object.Metadata.Name == secretName)
            {
                return Parse(change.Object);
            }
        }

        throw new DistributedApplicationException($"The API server ended the watch before Secret {secretName} came.");
    }

    private static KubeConfig Parse(Secret secret) =>
        secret.Data is { } data && data.TryGetValue("config", out var config)
            ? KubeConfig.Parse(Encoding.UTF8.GetString(config))
            : throw new DistributedApplicationException($"Secret {secret.Metadata.Namespace}/{secret.Metadata.Name} has no key 'config'.");
}
