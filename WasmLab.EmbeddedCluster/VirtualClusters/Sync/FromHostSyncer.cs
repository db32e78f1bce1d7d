using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters.Sync;

/// <summary>Shows the host's cluster-wide objects of a kind (nodes, runtime classes, ingress classes) in the virtual cluster.</summary>
internal sealed class FromHostSyncer<T> : IAsyncDisposable
    where T : KubernetesObject, IKubernetesKind<T>, new()
{
    private readonly SyncScope _scope;
    private readonly Informer<T> _host;
    private readonly WorkQueue<ObjectKey> _queue;
    private readonly Func<T, T>? _withStatus;

    /// <param name="scope">The virtual cluster.</param>
    /// <param name="withStatus">Gives an object of the same name with the host's status only; null for kinds that have none.</param>
    public FromHostSyncer(SyncScope scope, Func<T, T>? withStatus = null)
    {
        _scope = scope;
        _withStatus = withStatus;
        _host = new Informer<T>(scope.Host, null, null, scope.Logger);
        _queue = new WorkQueue<ObjectKey>(ReconcileAsync, scope.Logger);
        _host.Changed += change =>
        {
            _queue.Add(ObjectKey.Of(change.Object));
            HostChanged?.Invoke();
        };
    }

    /// <summary>An object of the host was changed.</summary>
    public event Action? HostChanged;

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

    private async Task ReconcileAsync(ObjectKey key, CancellationToken cancellationToken)
    {
        var host = _host.Find(key.Name);
        if (host is null)
        {
            var shown = await _scope.Virtual.FindAsync<T>(key.Name, null, cancellationToken).ConfigureAwait(false);
            if (shown?.Metadata.Labels.ContainsKey(SyncScope.FromHostLabel) ?? false)
            {
                await _scope.Virtual.DeleteAsync<T>(key.Name, null, null, cancellationToken).ConfigureAwait(false);
            }

            return;
        }

        await _scope.Virtual.ApplyAsync(Copy(host), _scope.FieldManager, cancellationToken).ConfigureAwait(false);
        if (_withStatus is not null)
        {
            await _scope.Virtual.ReplaceStatusAsync(_withStatus(host), cancellationToken).ConfigureAwait(false);
        }
    }

    private static T Copy(T host)
    {
        var json = (JsonObject)JsonSerializer.SerializeToNode(host, KubernetesJson.Options)!;
        json.Remove("status");
        json["metadata"] = new JsonObject { ["name"] = host.Metadata.Name };
        var copy = json.Deserialize<T>(KubernetesJson.Options)!;
        copy.Metadata.Labels = new(host.Metadata.Labels) { [SyncScope.FromHostLabel] = "true" };
        return copy;
    }
}
