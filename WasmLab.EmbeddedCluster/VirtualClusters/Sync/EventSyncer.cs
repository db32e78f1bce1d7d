using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>Brings the host's events about the copies to the objects of the virtual cluster.</summary>
internal sealed class EventSyncer : IAsyncDisposable
{
    private readonly SyncScope _scope;
    private readonly Func<ObjectReference, KubernetesObject?> _findVirtual;
    private readonly Informer<Event> _host;
    private readonly WorkQueue<NamespacedName> _queue;

    /// <param name="scope">The virtual cluster.</param>
    /// <param name="findVirtual">The object of the virtual cluster whose copy an event is about.</param>
    public EventSyncer(SyncScope scope, Func<ObjectReference, KubernetesObject?> findVirtual)
    {
        _scope = scope;
        _findVirtual = findVirtual;
        _host = new Informer<Event>(scope.Host, scope.HostNamespace, null, scope.Logger);
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
        if (_host.Find(key.Name, key.Namespace) is not { } seen || _findVirtual(seen.InvolvedObject) is not { } about)
        {
            return;
        }

        var copy = ObjectCopy.Of(seen);
        copy.Metadata = new ObjectMeta { Name = seen.Metadata.Name, Namespace = about.Metadata.Namespace };
        copy.InvolvedObject.Name = about.Metadata.Name;
        copy.InvolvedObject.Namespace = about.Metadata.Namespace;
        copy.InvolvedObject.Uid = about.Metadata.Uid;
        copy.InvolvedObject.ResourceVersion = null;
        copy.Message = seen.Message?
            .Replace($"{seen.InvolvedObject.Namespace}/{seen.InvolvedObject.Name}", $"{about.Metadata.Namespace}/{about.Metadata.Name}", StringComparison.Ordinal)
            .Replace(seen.InvolvedObject.Name!, about.Metadata.Name, StringComparison.Ordinal);
        await _scope.Virtual.ApplyAsync(copy, _scope.FieldManager, cancellationToken).ConfigureAwait(false);
    }
}
