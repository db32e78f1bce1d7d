using System.Collections.Concurrent;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.Clusters;

/// <summary>The API clients of the cluster and its virtual clusters, by kubeconfig context, and the kubeconfig that users get.</summary>
internal sealed class ClusterConnections(LabOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<string, KubernetesClient> _clients = new(StringComparer.Ordinal);
    private readonly Lock _file = new();

    /// <summary>The client of the host cluster.</summary>
    public KubernetesClient Host => Get(HostContext ?? throw new InvalidOperationException("The cluster has not been reached yet."));

    /// <summary>The kubeconfig context of the host cluster.</summary>
    public string? HostContext { get; private set; }

    public KubernetesClient Get(string context) =>
        Find(context) ?? throw new InvalidOperationException($"The cluster of context '{context}' has not been reached yet.");

    public KubernetesClient? Find(string context) => _clients.GetValueOrDefault(context);

    public KubernetesClient ConnectHost(KubeConfig config)
    {
        var context = config.CurrentContext
            ?? throw new DistributedApplicationException($"{options.KubeConfigPath} names no current context.");
        var client = Connect(context, config);
        HostContext = context;
        return client;
    }

    public KubernetesClient Connect(string context, KubeConfig config)
    {
        var client = KubernetesClient.Connect(config, config.CurrentContext);
        if (_clients.TryGetValue(context, out var old))
        {
            old.Dispose();
        }

        return _clients[context] = client;
    }

    /// <summary>Adds the virtual cluster's context to the kubeconfig that users get; the current context stays the host's.</summary>
    public void Publish(KubeConfig virtualCluster)
    {
        lock (_file)
        {
            var config = KubeConfig.Load(options.KubeConfigPath);
            config.Merge(virtualCluster);
            config.Save(options.KubeConfigPath);
        }
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }
}
