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

    /// <summary>The client of the host cluster, or null before it was reached.</summary>
    public KubernetesClient? FindHost() => HostContext is { } context ? Find(context) : null;

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

    /// <summary>Connects to the clusters that an earlier or another lab's kubeconfig names; does nothing where there is none.</summary>
    public void TryLoad(IEnumerable<string> virtualClusters)
    {
        if (!File.Exists(options.KubeConfigPath))
        {
            return;
        }

        var config = KubeConfig.Load(options.KubeConfigPath);
        ConnectHost(config);
        foreach (var context in virtualClusters.Where(name => config.Contexts.Any(context => context.Name == name)))
        {
            config.CurrentContext = context;
            Connect(context, config);
        }
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
