using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Api;
using WasmLab.EmbeddedCluster.Api.Store;
using WasmLab.EmbeddedCluster.Controllers;
using WasmLab.EmbeddedCluster.VirtualClusters.Sync;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters;

/// <summary>A virtual cluster that runs: an API server of its own at <c>/virtualclusters/NAMESPACE/NAME</c>, its controllers and its syncers.</summary>
internal sealed class VirtualClusterInstance : IAsyncDisposable
{
    private readonly ApiListener _listener;
    private readonly ApiServer _api;
    private readonly VirtualClusterSync _sync;
    private readonly ClusterInformers _informers;
    private readonly NamespaceController _namespaces;
    private readonly GarbageCollector _garbage;
    private readonly KubernetesClient _client;
    private readonly string _path;
    private bool _disposed;

    private VirtualClusterInstance(
        ApiListener listener, ApiServer api, KubernetesClient client, SyncScope scope, string path, TimeProvider time, ILoggerFactory loggers)
    {
        _listener = listener;
        _api = api;
        _client = client;
        _path = path;
        _sync = new VirtualClusterSync(scope);

        // Pods are scheduled and endpoints are kept on the host; what concerns only the objects themselves is done here.
        _informers = new ClusterInformers(client, time, loggers);
        _namespaces = new NamespaceController(client, _informers, time, scope.Logger);
        _garbage = new GarbageCollector(client, _informers, time, scope.Logger);
    }

    /// <summary>The address of its API.</summary>
    public Uri Server => new(_listener.Address.GetLeftPart(UriPartial.Authority) + _path);

    /// <summary>A kubeconfig that only this virtual cluster accepts, its context named after it.</summary>
    public KubeConfig IssueKubeConfig(string name) => _listener.IssueKubeConfig(name, _path);

    public static async Task<VirtualClusterInstance> StartAsync(
        VirtualCluster virtualCluster,
        KubernetesClient host,
        IPortSource? hostPorts,
        ApiListener listener,
        ObjectFile? file,
        TimeProvider time,
        ILoggerFactory loggers,
        CancellationToken cancellationToken)
    {
        var name = virtualCluster.Metadata.Name!;
        var ns = virtualCluster.Metadata.Namespace!;
        var path = $"/virtualclusters/{ns}/{name}";
        var logs = new HostLogSource(host, ns, name);
        var ports = new HostPortSource(host, hostPorts, ns, name);
        var api = new ApiServer(loggers, time, () => logs, () => ports, file);
        var client = api.CreateClient();
        var scope = new SyncScope(name, ns, client, host, loggers.CreateLogger($"VirtualCluster.{name}"), time);
        var instance = new VirtualClusterInstance(listener, api, client, scope, path, time, loggers);
        try
        {
            listener.Mount(path, api);
            await instance._informers.StartAsync(cancellationToken).ConfigureAwait(false);
            await instance._sync.StartAsync(cancellationToken).ConfigureAwait(false);
            return instance;
        }
        catch
        {
            await instance.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _listener.Unmount(_path);
        await _sync.DisposeAsync().ConfigureAwait(false);
        await _garbage.DisposeAsync().ConfigureAwait(false);
        await _namespaces.DisposeAsync().ConfigureAwait(false);
        await _informers.DisposeAsync().ConfigureAwait(false);
        _client.Dispose();
        _api.Dispose();
    }
}
