using Microsoft.Extensions.Logging;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using IngressObject = WasmLab.Kubernetes.Objects.Ingress;
using NodeObject = WasmLab.Kubernetes.Objects.Node;

namespace WasmLab.EmbeddedCluster.Controllers;

/// <summary>The caches that the controllers share, one for each kind.</summary>
internal sealed class ClusterInformers(KubernetesClient client, TimeProvider time, ILoggerFactory loggers) : IAsyncDisposable
{
    public Informer<Pod> Pods { get; } = Create<Pod>(client, time, loggers);

    public Informer<NodeObject> Nodes { get; } = Create<NodeObject>(client, time, loggers);

    public Informer<Service> Services { get; } = Create<Service>(client, time, loggers);

    public Informer<EndpointSlice> EndpointSlices { get; } = Create<EndpointSlice>(client, time, loggers);

    public Informer<Namespace> Namespaces { get; } = Create<Namespace>(client, time, loggers);

    public Informer<ConfigMap> ConfigMaps { get; } = Create<ConfigMap>(client, time, loggers);

    public Informer<Secret> Secrets { get; } = Create<Secret>(client, time, loggers);

    public Informer<IngressObject> Ingresses { get; } = Create<IngressObject>(client, time, loggers);

    public Informer<VirtualCluster> VirtualClusters { get; } = Create<VirtualCluster>(client, time, loggers);

    /// <summary>Returns when every cache is filled.</summary>
    public Task StartAsync(CancellationToken cancellationToken) => Task.WhenAll(
        Pods.StartAsync(cancellationToken),
        Nodes.StartAsync(cancellationToken),
        Services.StartAsync(cancellationToken),
        EndpointSlices.StartAsync(cancellationToken),
        Namespaces.StartAsync(cancellationToken),
        ConfigMaps.StartAsync(cancellationToken),
        Secrets.StartAsync(cancellationToken),
        Ingresses.StartAsync(cancellationToken),
        VirtualClusters.StartAsync(cancellationToken));

    public async ValueTask DisposeAsync()
    {
        IAsyncDisposable[] all = [Pods, Nodes, Services, EndpointSlices, Namespaces, ConfigMaps, Secrets, Ingresses, VirtualClusters];
        await Task.WhenAll(all.Select(informer => informer.DisposeAsync().AsTask())).ConfigureAwait(false);
    }

    private static Informer<T> Create<T>(KubernetesClient client, TimeProvider time, ILoggerFactory loggers)
        where T : KubernetesObject, IKubernetesKind<T>, new() =>
        new(client, null, null, loggers.CreateLogger<Informer<T>>(), time);
}
