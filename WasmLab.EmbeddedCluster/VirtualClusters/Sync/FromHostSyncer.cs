using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>
/// Shows the host's cluster-wide objects of a kind (nodes, runtime classes, ingress classes) in the virtual cluster. One that is
/// deleted there comes back, as long as the host has it.
/// </summary>
internal sealed class FromHostSyncer<T> : IAsyncDisposable
    where T : KubernetesObject, IKubernetesKind<T>, new()
{
    private readonly SyncScope _scope;
    private readonly Informer<T> _host;
    private readonly Informer<T> _virtual;
    private readonly WorkQueue<NamespacedName> _queue;
    private readonly Action<T, T>? _bringStatus;

    /// <param name="scope">The virtual cluster.</param>
    /// <param name="bringStatus">Brings the status of the first, the host's, to the second; null for kinds that have none.</param>
    public FromHostSyncer(SyncScope scope, Action<T, T>? bringStatus = null)
    {
        _scope = scope;
        _bringStatus = bringStatus;
        _host = new Informer<T>(scope.Host, null, null, scope.Logger);
        _virtual = new Informer<T>(scope.Virtual, null, null, scope.Logger);
        _queue = new WorkQueue<NamespacedName>(ReconcileAsync, scope.Logger);
        _host.Changed += change =>
        {
            _queue.Add(NamespacedName.Of(change.Object));
            HostChanged?.Invoke();
        };
        _virtual.Changed += change =>
        {
            if (change.Type == WatchEventType.Deleted)
            {
                _queue.Add(NamespacedName.Of(change.Object));
            }
        };
    }

    /// <summary>An object of the host was changed.</summary>
    public event Action? HostChanged;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_host.StartAsync(cancellationToken), _virtual.StartAsync(cancellationToken)).ConfigureAwait(false);
        _queue.Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync().ConfigureAwait(false);
        await _virtual.DisposeAsync().ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
    }

    private async Task ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var host = _host.Find(key.Name);
        if (host is null)
        {
            var leftover = await _scope.Virtual.FindAsync<T>(key.Name, null, cancellationToken).ConfigureAwait(false);
            if (leftover?.Metadata.Labels.ContainsKey(SyncScope.FromHostLabel) ?? false)
            {
                await _scope.Virtual.DeleteAsync<T>(key.Name, null, null, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        var shown = await _scope.Virtual.ApplyAsync(Copy(host), _scope.FieldManager, cancellationToken).ConfigureAwait(false);
        if (_bringStatus is not null)
        {
            _bringStatus(host, shown);
            shown.Metadata.ResourceVersion = null;
            await _scope.Virtual.ReplaceStatusAsync(shown, cancellationToken).ConfigureAwait(false);
        }
    }

    private static T Copy(T host)
    {
        var copy = ObjectCopy.Of(host);
        copy.Metadata = new ObjectMeta
        {
            Name = host.Metadata.Name,
            Labels = new(host.Metadata.Labels) { [SyncScope.FromHostLabel] = "true" },
            Annotations = new(host.Metadata.Annotations),
        };
        return copy;
    }
}
