using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>Keeps one worker for each pod that is bound to this node.</summary>
internal sealed class PodManager(NodeContext node, string nodeName)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PodWorker> _workers = [];
    private bool _isStopping;

    /// <summary>Takes in a change of a pod.</summary>
    public void OnChanged(WatchEvent<Pod> change)
    {
        var pod = change.Object;
        if (pod.Spec.NodeName != nodeName || pod.Metadata.Uid is not { } uid)
        {
            return;
        }

        lock (_gate)
        {
            var worker = _workers.GetValueOrDefault(uid);
            if (change.Type == WatchEventType.Deleted)
            {
                worker?.Vanish();
            }
            else if (worker is not null)
            {
                worker.Update(pod);
            }
            else if (!_isStopping)
            {
                worker = new PodWorker(node, pod);
                _workers.Add(uid, worker);
                _ = RemoveWhenEndedAsync(uid, worker);
            }
        }
    }

    /// <summary>Something that pods may be waiting for has changed on this node.</summary>
    public void RetryAll()
    {
        lock (_gate)
        {
            foreach (var worker in _workers.Values)
            {
                worker.Retry();
            }
        }
    }

    public ContainerRunner? FindContainer(Pod pod, string container)
    {
        lock (_gate)
        {
            return _workers.GetValueOrDefault(pod.Metadata.Uid ?? "")?.FindContainer(container);
        }
    }

    /// <summary>Stops all containers; none is started any more.</summary>
    public async Task StopAsync(TimeSpan grace)
    {
        List<PodWorker> workers;
        lock (_gate)
        {
            _isStopping = true;
            workers = [.. _workers.Values];
            foreach (var worker in workers)
            {
                worker.Shutdown(grace);
            }
        }

        await Task.WhenAll(workers.Select(worker => worker.Completion)).ConfigureAwait(false);
    }

    private async Task RemoveWhenEndedAsync(string uid, PodWorker worker)
    {
        await worker.Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (_gate)
        {
            _workers.Remove(uid);
            worker.Dispose();
        }
    }
}
