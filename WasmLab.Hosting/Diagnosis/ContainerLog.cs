using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>Why a container ended, which its status does not say while it waits to be started again: in the runtime's words, or in its own.</summary>
internal static class ContainerLog
{
    private const int Lines = 4;

    /// <summary>What is known of the pod's container that has ended, ready to be added to a reason; empty when nothing is.</summary>
    public static async Task<string> LastWordsAsync(KubernetesClient client, Pod pod, CancellationToken cancellationToken)
    {
        var ended = pod.Status.ContainerStatuses.FirstOrDefault(status => status.State.Terminated is not null || status.LastState.Terminated is not null);
        if (ended is null)
        {
            return "";
        }

        if (ended.LastState.Terminated?.Message is { Length: > 0 } message)
        {
            return $"; it ended: {message}";
        }

        // A run that has just begun has written nothing yet.
        var words = await ReadAsync(client, pod, ended, previous: false, cancellationToken).ConfigureAwait(false);
        if (words.Length == 0)
        {
            words = await ReadAsync(client, pod, ended, previous: true, cancellationToken).ConfigureAwait(false);
        }

        return words.Length == 0 ? "" : $"; its log ends: {words}";
    }

    private static async Task<string> ReadAsync(
        KubernetesClient client, Pod pod, ContainerStatus container, bool previous, CancellationToken cancellationToken)
    {
        try
        {
            var options = new LogOptions { Container = container.Name, Previous = previous, TailLines = Lines };
            var log = await client.ReadLogAsync(pod.Metadata.Name!, pod.Metadata.Namespace!, options, cancellationToken).ConfigureAwait(false);
            using var reader = new StreamReader(log);
            var text = await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
            return string.Join(" / ", text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        }
        catch (KubernetesException)
        {
            // There is no log, or no more.
            return "";
        }
    }
}
