using Microsoft.Extensions.Logging;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using IngressObject = WasmLab.Kubernetes.Objects.Ingress;

namespace WasmLab.EmbeddedCluster.Controllers;

/// <summary>Empties namespaces that are being deleted, and lets them go when they are empty.</summary>
internal sealed class NamespaceController : IAsyncDisposable
{
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMilliseconds(200);

    private readonly KubernetesClient _client;
    private readonly ClusterInformers _informers;
    private readonly WorkQueue<string> _queue;

    public NamespaceController(KubernetesClient client, ClusterInformers informers, TimeProvider time, ILogger logger)
    {
        _client = client;
        _informers = informers;
        _queue = new WorkQueue<string>(ReconcileAsync, logger, time);
        _queue.Start();
        informers.Namespaces.Changed += change => _queue.Add(change.Object.Metadata.Name!);
    }

    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    private async Task ReconcileAsync(string name, CancellationToken cancellationToken)
    {
        if (_informers.Namespaces.Find(name) is not { Metadata.DeletionTimestamp: not null })
        {
            return;
        }

        // Virtual clusters first: what they keep in the namespace goes with them.
        var remaining = await EmptyAsync<VirtualCluster>(name, cancellationToken).ConfigureAwait(false)
            + await EmptyAsync<IngressObject>(name, cancellationToken).ConfigureAwait(false)
            + await EmptyAsync<Service>(name, cancellationToken).ConfigureAwait(false)
            + await EmptyAsync<Pod>(name, cancellationToken).ConfigureAwait(false)
            + await EmptyAsync<EndpointSlice>(name, cancellationToken).ConfigureAwait(false)
            + await EmptyAsync<ConfigMap>(name, cancellationToken).ConfigureAwait(false)
            + await EmptyAsync<Secret>(name, cancellationToken).ConfigureAwait(false);
        if (remaining > 0)
        {
            _queue.AddAfter(name, CheckInterval);
            return;
        }

        // Last, because emptying makes events.
        await EmptyAsync<Event>(name, cancellationToken).ConfigureAwait(false);
        await FinalizeAsync(name, cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> EmptyAsync<T>(string ns, CancellationToken cancellationToken)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        var list = await _client.ListAsync<T>(ns, null, cancellationToken).ConfigureAwait(false);
        foreach (var item in list.Items.Where(item => item.Metadata.DeletionTimestamp is null))
        {
            await _client.DeleteAsync<T>(item.Metadata.Name!, ns, new DeleteOptions { Uid = item.Metadata.Uid }, cancellationToken).ConfigureAwait(false);
        }

        return list.Items.Count;
    }

    private async Task FinalizeAsync(string name, CancellationToken cancellationToken)
    {
        if (await _client.FindAsync<Namespace>(name, null, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return;
        }

        found.Spec.Finalizers = [.. found.Spec.Finalizers.Where(finalizer => finalizer != "kubernetes")];
        await _client.FinalizeAsync(found, cancellationToken).ConfigureAwait(false);
    }
}
