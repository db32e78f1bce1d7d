using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>Brings the host's endpoints of the services' copies to the virtual cluster.</summary>
internal sealed class EndpointSliceSyncer : IAsyncDisposable
{
    private const string ServiceLabel = "kubernetes.io/service-name";

    private readonly SyncScope _scope;
    private readonly ServiceSyncer _services;
    private readonly PodSyncer _pods;
    private readonly Informer<EndpointSlice> _host;
    private readonly WorkQueue<NamespacedName> _queue;
    private readonly Dictionary<NamespacedName, NamespacedName> _shown = [];

    public EndpointSliceSyncer(SyncScope scope, ServiceSyncer services, PodSyncer pods)
    {
        _scope = scope;
        _services = services;
        _pods = pods;
        _host = new Informer<EndpointSlice>(scope.Host, scope.HostNamespace, null, scope.Logger);
        _queue = new WorkQueue<NamespacedName>(ReconcileAsync, scope.Logger);
        _host.Changed += change => _queue.Add(NamespacedName.Of(change.Object));
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _host.StartAsync(cancellationToken).ConfigureAwait(false);
        _queue.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync().ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var host = _host.Find(key.Name, key.Namespace);
        var service = host is not null && host.Metadata.Labels.TryGetValue(ServiceLabel, out var hostName)
            ? _services.FindByHostName(hostName)
            : null;
        if (host is null || service is null)
        {
            if (_shown.Remove(key, out var old))
            {
                await _scope.Virtual.DeleteAsync<EndpointSlice>(old.Name, old.Namespace, null, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        var slice = Translate(host, service);
        await _scope.Virtual.ApplyAsync(slice, _scope.FieldManager, cancellationToken).ConfigureAwait(false);
        _shown[key] = NamespacedName.Of(slice);
    }

    private EndpointSlice Translate(EndpointSlice host, Service service)
    {
        var slice = ObjectCopy.Of(host);
        var suffix = host.Metadata.Name!.StartsWith(host.Metadata.Labels[ServiceLabel], StringComparison.Ordinal)
            ? host.Metadata.Name[host.Metadata.Labels[ServiceLabel].Length..]
            : $"-{host.Metadata.Name}";
        slice.Metadata = new ObjectMeta
        {
            Name = service.Metadata.Name + suffix,
            Namespace = service.Metadata.Namespace,
            Labels = new() { [ServiceLabel] = service.Metadata.Name!, [SyncScope.FromHostLabel] = "true" },
            OwnerReferences =
            [
                new OwnerReference
                {
                    ApiVersion = Service.Type.ApiVersion, Kind = Service.Type.Kind, Name = service.Metadata.Name, Uid = service.Metadata.Uid,
                },
            ],
        };
        foreach (var endpoint in slice.Endpoints)
        {
            if (endpoint.TargetRef is { Kind: "Pod", Name: { } podName } target && _pods.FindByHostName(podName) is { } pod)
            {
                target.Name = pod.Metadata.Name;
                target.Namespace = pod.Metadata.Namespace;
                target.Uid = pod.Metadata.Uid;
            }
        }

        return slice;
    }
}
