using WasmLab.EmbeddedCluster.Api;
using WasmLab.EmbeddedCluster.Nodes.Pods;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Logs;

/// <summary>Gives the logs of this node's containers.</summary>
internal sealed class NodeLogs(Func<Pod, string, ContainerRunner?> findContainer, TimeProvider time) : ILogSource
{
    public async Task WriteLogAsync(Pod pod, string container, LogOptions options, Stream output, CancellationToken ct)
    {
        var runner = findContainer(pod, container) ?? throw NoLog(pod, container, "it is not on this node");
        var path = runner.LogPath(options.Previous);
        if (!File.Exists(path))
        {
            if (options.Previous)
            {
                throw BadRequest($"previous terminated container \"{container}\" in pod \"{pod.Metadata.Name}\" not found");
            }

            if (!runner.HasBeenCreated)
            {
                var reason = runner.ToStatus("ContainerCreating").State.Waiting?.Reason ?? "ContainerCreating";
                throw BadRequest($"container \"{container}\" in pod \"{pod.Metadata.Name}\" is waiting to start: {reason}");
            }
        }

        var isCurrent = options.Follow && !options.Previous;
        var query = new CriLogQuery
        {
            TailLines = (int?)options.TailLines,
            Timestamps = options.Timestamps,
            LimitBytes = options.LimitBytes,
            Since = options.SinceTime ?? (options.SinceSeconds is { } seconds ? time.GetUtcNow() - TimeSpan.FromSeconds(seconds) : null),
            MayGrow = isCurrent ? () => runner.IsWriting(path) : null,
        };
        await foreach (var part in CriLogReader.ReadAsync(path, query, time, ct).ConfigureAwait(false))
        {
            await output.WriteAsync(part, ct).ConfigureAwait(false);
            await output.FlushAsync(ct).ConfigureAwait(false);
        }
    }

    private static KubernetesException NoLog(Pod pod, string container, string why) =>
        BadRequest($"the log of container \"{container}\" of pod \"{pod.Metadata.Name}\" cannot be read: {why}");

    private static KubernetesException BadRequest(string message) =>
        new(new Kubernetes.Objects.Status { Outcome = "Failure", Reason = "BadRequest", Code = 400, Message = message });
}
