using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>All syncers of one virtual cluster.</summary>
internal sealed class VirtualClusterSync : IAsyncDisposable
{
    private readonly FromHostSyncer<Node> _nodes;
    private readonly FromHostSyncer<RuntimeClass> _runtimeClasses;
    private readonly FromHostSyncer<IngressClass> _ingressClasses;
    private readonly PodSyncer _pods;
    private readonly ServiceSyncer _services;
    private readonly IngressSyncer _ingresses;
    private readonly ConfigMapSyncer _configMaps;
    private readonly SecretSyncer _secrets;
    private readonly EndpointSliceSyncer _endpointSlices;
    private readonly EventSyncer _events;

    public VirtualClusterSync(SyncScope scope)
    {
        _nodes = new FromHostSyncer<Node>(scope, BringNodeStatus);
        _runtimeClasses = new FromHostSyncer<RuntimeClass>(scope);
        _ingressClasses = new FromHostSyncer<IngressClass>(scope);
        _pods = new PodSyncer(scope);
        _services = new ServiceSyncer(scope);
        _ingresses = new IngressSyncer(scope);
        _configMaps = new ConfigMapSyncer(scope, _pods);
        _secrets = new SecretSyncer(scope, _pods);
        _endpointSlices = new EndpointSliceSyncer(scope, _services, _pods);
        _events = new EventSyncer(scope, FindVirtual);

        // A pod that the host refused for want of its class is tried again as soon as the class is there.
        _runtimeClasses.HostChanged += _pods.ResyncAll;
        _pods.VirtualChanged += ResyncReferences;
    }

    /// <summary>Returns when the present objects of both sides are known.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(
            _nodes.StartAsync(cancellationToken),
            _runtimeClasses.StartAsync(cancellationToken),
            _ingressClasses.StartAsync(cancellationToken),
            _pods.StartAsync(cancellationToken),
            _services.StartAsync(cancellationToken),
            _ingresses.StartAsync(cancellationToken),
            _configMaps.StartAsync(cancellationToken),
            _secrets.StartAsync(cancellationToken)).ConfigureAwait(false);
        await Task.WhenAll(_endpointSlices.StartAsync(cancellationToken), _events.StartAsync(cancellationToken)).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        IAsyncDisposable[] syncers =
            [_events, _endpointSlices, _ingresses, _services, _pods, _configMaps, _secrets, _nodes, _runtimeClasses, _ingressClasses];
        foreach (var syncer in syncers)
        {
            await syncer.DisposeAsync().ConfigureAwait(false);
        }
    }

    private void ResyncReferences(Pod pod)
    {
        foreach (var (kind, name) in PodReferences.Of(pod))
        {
            var key = new NamespacedName(pod.Metadata.Namespace, name);
            if (kind == nameof(ConfigMap))
            {
                _configMaps.Resync(key);
            }
            else
            {
                _secrets.Resync(key);
            }
        }
    }

    private KubernetesObject? FindVirtual(ObjectReference reference) => reference.Kind switch
    {
        "Pod" => _pods.FindByHostName(reference.Name!, reference.Uid),
        "Service" => _services.FindByHostName(reference.Name!, reference.Uid),
        "Ingress" => _ingresses.FindByHostName(reference.Name!, reference.Uid),
        _ => null,
    };

    private static void BringNodeStatus(Node host, Node shown) => shown.Status = host.Status;
}
