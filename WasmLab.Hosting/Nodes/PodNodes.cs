using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Nodes;

/// <summary>Reaches every Linux node by a privileged pod on it. The pods are there while at least one session is open.</summary>
internal sealed class PodNodes(LabOptions options, ClusterConnections connections, TimeProvider time) : INodes, IDisposable
{
    private const string FieldManager = "wasmlab";
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(250);

    private readonly SemaphoreSlim _gate = new(1);
    private int _sessions;

    /// <summary>How long the pods may take until all are ready.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(3);

    public async Task<NodeSession> OpenAsync(LabStep step, CancellationToken cancellationToken)
    {
        var manifest = NodePods.Manifest(options.Shim.NodeImage);
        if (step.IsRehearsal)
        {
            step.ByHand("kubectl apply -f - <<'END'");
            foreach (var line in string.Join("---\n", manifest.Select(Manifest.ToYaml)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                step.Logger.LogInformation("  {Line}", line);
            }

            step.Logger.LogInformation("What would be done on the nodes can only be told through these pods.");
            return new NodeSession([]);
        }

        var host = connections.FindHost()
            ?? throw new DistributedApplicationException("The nodes cannot be reached: the cluster's API server has not been. Bring the cluster up first.");
        await _gate.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_sessions == 0)
            {
                step.ByHand($"kubectl apply -f - # namespace {NodePods.Namespace}, daemonset {NodePods.DaemonSet}: a privileged pod of {options.Shim.NodeImage} on each node");
                foreach (var part in manifest)
                {
                    await host.ApplyAsync(part, FieldManager, ct: cancellationToken).ConfigureAwait(false);
                }
            }

            try
            {
                var pods = await WaitAsync(host, step, cancellationToken).ConfigureAwait(false);
                _sessions++;
                return new NodeSession(
                    [.. pods.Select(pod => new PodNode(pod.Spec.NodeName!, pod.Metadata.Name!, host))], () => CloseAsync(host, step));
            }
            catch when (_sessions == 0)
            {
                await RemoveAsync(host, step).ConfigureAwait(false);
                throw;
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<IReadOnlyList<Pod>> WaitAsync(KubernetesClient host, LabStep step, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        var told = -1;
        while (true)
        {
            var state = await NodePods.LookAsync(host, cancellationToken).ConfigureAwait(false);
            if (state.Ready.Count != told && state.Desired is { } desired)
            {
                told = state.Ready.Count;
                step.Logger.LogInformation("{Ready} of {Desired} nodes take commands.", told, desired);
            }

            if (state.IsComplete)
            {
                return state.Ready;
            }

            if (time.GetElapsedTime(start) > Deadline)
            {
                throw new DistributedApplicationException(
                    $"The nodes cannot be reached: {Describe(state)} after {Deadline.TotalSeconds:0} s. "
                    + "Set WasmLab:Shim:NodeImage to an image with a shell and nsenter that the nodes can have, "
                    + "or tell how commands reach them (WasmLab:Nodes:0:Name, WasmLab:Nodes:0:Shell).");
            }

            await Task.Delay(s_poll, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private static string Describe(NodePodsState state)
    {
        if (state.Desired is null or 0)
        {
            return state.Desired is null
                ? $"nobody makes the pods of daemonset {NodePods.Namespace}/{NodePods.DaemonSet} (is the controller manager running?)"
                : $"daemonset {NodePods.Namespace}/{NodePods.DaemonSet} matches no node";
        }

        var late = state.Pods.Except(state.Ready)
            .Select(pod => $"node {pod.Spec.NodeName}: {NodePods.Trouble(pod) ?? $"pod {pod.Metadata.Name} is {pod.Status.Phase}"}").ToList();
        return late.Count > 0 ? string.Join("; ", late) : $"{state.Ready.Count} of {state.Desired} pods are ready";
    }

    private async ValueTask CloseAsync(KubernetesClient host, LabStep step)
    {
        await _gate.WaitAsync().ConfigureAwait(false);
        try
        {
            if (--_sessions == 0)
            {
                await RemoveAsync(host, step).ConfigureAwait(false);
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Takes the pods away, also when the caller has given up.</summary>
    private static async Task RemoveAsync(KubernetesClient host, LabStep step)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        try
        {
            step.ByHand($"kubectl -n {NodePods.Namespace} delete daemonset {NodePods.DaemonSet}");
            await host.DeleteAsync<DaemonSet>(
                NodePods.DaemonSet, NodePods.Namespace, new DeleteOptions { PropagationPolicy = "Background" }, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is KubernetesException or HttpRequestException or OperationCanceledException)
        {
            step.Logger.LogWarning(
                "The pods on the nodes could not be removed ({Reason}); by hand: kubectl -n {Namespace} delete daemonset {DaemonSet}",
                exception.Message, NodePods.Namespace, NodePods.DaemonSet);
        }
    }
}
