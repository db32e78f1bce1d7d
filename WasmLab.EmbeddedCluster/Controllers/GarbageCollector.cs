using Microsoft.Extensions.Logging;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Controllers;

/// <summary>Deletes objects, in the background, when all their owners are gone.</summary>
internal sealed class GarbageCollector : IAsyncDisposable
{
    private readonly Dictionary<string, IKind> _kinds = [];
    private readonly WorkQueue<(string Kind, NamespacedName Key)> _queue;

    public GarbageCollector(KubernetesClient client, ClusterInformers informers, TimeProvider time, ILogger logger)
    {
        _queue = new WorkQueue<(string, NamespacedName)>(ReconcileAsync, logger, time);
        _queue.Start();
        Add(client, informers.Pods);
        Add(client, informers.Nodes);
        Add(client, informers.Services);
        Add(client, informers.EndpointSlices);
        Add(client, informers.Namespaces);
        Add(client, informers.ConfigMaps);
        Add(client, informers.Secrets);
        Add(client, informers.Ingresses);
        Add(client, informers.VirtualClusters);
    }

    private interface IKind
    {
        IEnumerable<KubernetesObject> Items { get; }

        KubernetesObject? Find(NamespacedName key);

        /// <summary>As the API has it now, not as the cache does.</summary>
        Task<KubernetesObject?> ReadAsync(NamespacedName key, CancellationToken cancellationToken);

        Task DeleteAsync(KubernetesObject item, CancellationToken cancellationToken);
    }

    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    private void Add<T>(KubernetesClient client, Informer<T> informer)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        _kinds.Add(T.Type.Kind, new KindOf<T>(client, informer));
        informer.Changed += change =>
        {
            if (change.Type == WatchEventType.Deleted)
            {
                EnqueueDependents(change.Object.Metadata.Uid);
            }
            else if (change.Object.Metadata.OwnerReferences.Count > 0)
            {
                Enqueue(T.Type.Kind, change.Object);
            }
        };
    }

    private void Enqueue(string kind, KubernetesObject item) =>
        _queue.Add((kind, new NamespacedName(item.Metadata.Namespace, item.Metadata.Name!)));

    private void EnqueueDependents(string? ownerUid)
    {
        foreach (var (kind, objects) in _kinds)
        {
            foreach (var item in objects.Items.Where(item => item.Metadata.OwnerReferences.Any(owner => owner.Uid == ownerUid)))
            {
                Enqueue(kind, item);
            }
        }
    }

    private async Task ReconcileAsync((string Kind, NamespacedName Key) entry, CancellationToken cancellationToken)
    {
        var kind = _kinds[entry.Kind];
        if (kind.Find(entry.Key) is not { Metadata: { DeletionTimestamp: null, OwnerReferences.Count: > 0 } } item)
        {
            return;
        }

        foreach (var owner in item.Metadata.OwnerReferences)
        {
            if (await IsThereAsync(owner, item, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }

        await kind.DeleteAsync(item, cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> IsThereAsync(OwnerReference reference, KubernetesObject dependent, CancellationToken cancellationToken)
    {
        // Owners of a kind that is not followed are taken to be there.
        if (!_kinds.TryGetValue(reference.Kind ?? "", out var kind))
        {
            return true;
        }

        // An owner is of the same namespace, or of none.
        var key = new NamespacedName(dependent.Metadata.Namespace, reference.Name ?? "");
        if (kind.Find(key)?.Metadata.Uid == reference.Uid || kind.Find(key with { Namespace = null })?.Metadata.Uid == reference.Uid)
        {
            return true;
        }

        var owner = await kind.ReadAsync(key, cancellationToken).ConfigureAwait(false);
        return owner?.Metadata.Uid == reference.Uid;
    }

    private sealed class KindOf<T>(KubernetesClient client, Informer<T> informer) : IKind
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        public IEnumerable<KubernetesObject> Items => informer.Items;

        public KubernetesObject? Find(NamespacedName key) => informer.Find(key.Name, key.Namespace);

        public async Task<KubernetesObject?> ReadAsync(NamespacedName key, CancellationToken cancellationToken) =>
            await client.FindAsync<T>(key.Name, T.Type.Namespaced ? key.Namespace : null, cancellationToken).ConfigureAwait(false);

        public Task DeleteAsync(KubernetesObject item, CancellationToken cancellationToken) => client.DeleteAsync<T>(
            item.Metadata.Name!,
            item.Metadata.Namespace,
            new DeleteOptions { Uid = item.Metadata.Uid, PropagationPolicy = "Background" },
            cancellationToken);
    }
}
