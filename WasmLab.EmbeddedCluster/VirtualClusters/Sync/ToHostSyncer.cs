using System.Text.Json;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>Keeps a copy of the virtual cluster's objects of a kind on the host, and brings back what the host observes of them.</summary>
internal abstract class ToHostSyncer<T> : IAsyncDisposable
    where T : KubernetesObject, IKubernetesKind<T>, new()
{
    private readonly Informer<T> _virtual;
    private readonly Informer<T> _host;
    private readonly WorkQueue<NamespacedName> _queue;
    private readonly Dictionary<NamespacedName, (string? Uid, string Copy)> _applied = [];

    protected ToHostSyncer(SyncScope scope)
    {
        Scope = scope;
        _virtual = new Informer<T>(scope.Virtual, null, null, scope.Logger);
        _host = new Informer<T>(scope.Host, scope.HostNamespace, scope.OwnedByUs, scope.Logger);
        _queue = new WorkQueue<NamespacedName>(ReconcileAsync, scope.Logger);
        _virtual.Changed += change => OnVirtualChange(change.Object);
        _host.Changed += change =>
        {
            if (SyncScope.VirtualKeyOf(change.Object.Metadata) is { } key)
            {
                _queue.Add(key);
            }
        };
    }

    protected SyncScope Scope { get; }

    /// <summary>The virtual cluster's objects as last seen.</summary>
    public IReadOnlyCollection<T> VirtualObjects => _virtual.Items;

    /// <summary>An object of the virtual cluster was changed; told after the syncer knows of it.</summary>
    public event Action<T>? VirtualChanged;

    /// <summary>Returns when the present objects are known and the work on them has begun.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_host.StartAsync(cancellationToken), _virtual.StartAsync(cancellationToken)).ConfigureAwait(false);
        _queue.Start();
    }

    /// <summary>Looks at an object again, for instance because something that it refers to has changed.</summary>
    public void Resync(NamespacedName key) => _queue.Add(key);

    /// <summary>Looks at every object again.</summary>
    public void ResyncAll()
    {
        foreach (var item in _virtual.Items)
        {
            _queue.Add(NamespacedName.Of(item));
        }
    }

    /// <summary>Finds the object of the virtual cluster that a name on the host stands for.</summary>
    /// <param name="hostName">The name on the host.</param>
    /// <param name="hostUid">The one copy that is meant; null when any that has the name is.</param>
    public T? FindByHostName(string hostName, string? hostUid = null)
    {
        if (_host.Find(hostName, Scope.HostNamespace) is not { } host || SyncScope.VirtualKeyOf(host.Metadata) is not { } key)
        {
            return _virtual.Items.FirstOrDefault(item => Scope.HostNameOf(item.Metadata.Name!, item.Metadata.Namespace ?? "default") == hostName);
        }

        return hostUid is null || hostUid == host.Metadata.Uid ? _virtual.Find(key.Name, key.Namespace) : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync().ConfigureAwait(false);
        await _virtual.DisposeAsync().ConfigureAwait(false);
        await _host.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>The copy that the host should have.</summary>
    protected abstract T Translate(T item);

    /// <summary>Whether the host should have a copy at all.</summary>
    protected virtual bool IsWanted(T item) => true;

    /// <summary>Brings to the virtual cluster what the host observes.</summary>
    protected virtual Task SyncStatusAsync(T item, T host, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The host refused the copy: tell whoever looks at the object.</summary>
    protected virtual Task ReportRefusalAsync(T item, KubernetesException refusal, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The copy vanished from the host without our doing; by default it is made again.</summary>
    protected virtual Task<bool> AcceptLossAsync(T item, CancellationToken cancellationToken) => Task.FromResult(false);

    /// <summary>The object waits for its deletion and the host has no copy any more.</summary>
    protected virtual Task FinishDeletionAsync(T item, CancellationToken cancellationToken) => Task.CompletedTask;

    private void OnVirtualChange(T item)
    {
        _queue.Add(NamespacedName.Of(item));
        VirtualChanged?.Invoke(item);
    }

    private async Task ReconcileAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        var hostName = Scope.HostNameOf(key.Name, key.Namespace ?? "default");
        var item = _virtual.Find(key.Name, key.Namespace);
        var host = _host.Find(hostName, Scope.HostNamespace);

        if (item is null || !IsWanted(item))
        {
            _applied.Remove(key);
            await DeleteHostAsync(host, gracePeriod: null, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (host is not null && SyncScope.VirtualUidOf(host.Metadata) != item.Metadata.Uid)
        {
            // A copy of an object that had this name before: its deletion brings us here again.
            await DeleteHostAsync(host, gracePeriod: null, cancellationToken).ConfigureAwait(false);
            return;
        }

        if (item.Metadata.DeletionTimestamp is not null)
        {
            await FollowDeletionAsync(item, host ?? await FindHostAsync(hostName, cancellationToken).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
            return;
        }

        host = await ApplyAsync(key, item, host, hostName, cancellationToken).ConfigureAwait(false);
        if (host is not null)
        {
            await SyncStatusAsync(item, host, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<T?> ApplyAsync(NamespacedName key, T item, T? host, string hostName, CancellationToken cancellationToken)
    {
        var wanted = Translate(item);
        var copy = JsonSerializer.Serialize(wanted, KubernetesJson.Options);
        var applied = _applied.TryGetValue(key, out var last) && last.Uid == item.Metadata.Uid;
        if (applied && host is null)
        {
            // The informer may be behind what we did ourselves a moment ago.
            host = await FindHostAsync(hostName, cancellationToken).ConfigureAwait(false);
            if (host is null && await AcceptLossAsync(item, cancellationToken).ConfigureAwait(false))
            {
                return null;
            }
        }

        if (host is not null && (host.Metadata.DeletionTimestamp is not null || (applied && last.Copy == copy)))
        {
            return host;
        }

        try
        {
            host = await Scope.Host.ApplyAsync(wanted, Scope.FieldManager, cancellationToken).ConfigureAwait(false);
            _applied[key] = (item.Metadata.Uid, copy);
            return host;
        }
        catch (KubernetesException refusal)
        {
            await ReportRefusalAsync(item, refusal, cancellationToken).ConfigureAwait(false);
            throw;
        }
    }

    private async Task FollowDeletionAsync(T item, T? host, CancellationToken cancellationToken)
    {
        if (host is null)
        {
            await FinishDeletionAsync(item, cancellationToken).ConfigureAwait(false);
            return;
        }

        await DeleteHostAsync(host, item.Metadata.DeletionGracePeriodSeconds, cancellationToken).ConfigureAwait(false);
        await SyncStatusAsync(item, host, cancellationToken).ConfigureAwait(false);
    }

    private Task<T?> FindHostAsync(string hostName, CancellationToken cancellationToken) =>
        Scope.Host.FindAsync<T>(hostName, Scope.HostNamespace, cancellationToken);

    private async Task DeleteHostAsync(T? host, long? gracePeriod, CancellationToken cancellationToken)
    {
        if (host is { Metadata.DeletionTimestamp: null })
        {
            await Scope.Host.DeleteAsync<T>(
                host.Metadata.Name!,
                Scope.HostNamespace,
                new DeleteOptions { GracePeriodSeconds = gracePeriod, Uid = host.Metadata.Uid },
                cancellationToken).ConfigureAwait(false);
        }
    }
}
