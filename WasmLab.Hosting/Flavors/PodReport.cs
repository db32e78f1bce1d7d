using System.Globalization;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Flavors;

/// <summary>Shows a pod's status as properties of its flavor.</summary>
internal static class PodReport
{
    public static bool IsReady(Pod pod) =>
        pod.Metadata.DeletionTimestamp is null
        && (pod.Status?.Conditions?.Any(condition => condition is { Type: "Ready", Status: "True" }) ?? false);

    /// <summary>
    /// Why the pod is not ready, in the words of its status. A node that cannot make the pod's sandbox says so in an event only: its
    /// last warning then completes the reason.
    /// </summary>
    /// <param name="pod">The pod.</param>
    /// <param name="events">Events, also of other pods.</param>
    public static string WaitingReason(Pod pod, IEnumerable<Event> events)
    {
        var container = pod.Status?.ContainerStatuses?.FirstOrDefault(status => status.State?.Waiting is not null || status.State?.Terminated is not null);
        if (container?.State?.Waiting is { } waiting)
        {
            return Join(waiting.Reason, waiting.Message ?? LastWarning(pod, events)?.Message);
        }

        if (container?.State?.Terminated is { } terminated)
        {
            return Join(terminated.Reason, terminated.Message ?? $"exit code {terminated.ExitCode}");
        }

        var condition = pod.Status?.Conditions?.FirstOrDefault(condition => condition is { Status: "False", Message: not null });
        return condition is not null ? Join(condition.Reason, condition.Message) : pod.Status?.Phase ?? "Pending";
    }

    /// <param name="pod">The pod.</param>
    /// <param name="report"><c>Ready</c> or why it is not.</param>
    /// <param name="step">Its flavor.</param>
    public static async Task PublishAsync(Pod pod, string report, LabStep step)
    {
        var status = pod.Status?.ContainerStatuses?.FirstOrDefault();
        await step.SetPropertyAsync("Pod", report).ConfigureAwait(false);
        await step.SetPropertyAsync("Restarts", (status?.RestartCount ?? 0).ToString(CultureInfo.InvariantCulture)).ConfigureAwait(false);
        await step.SetPropertyAsync("Pod IP", pod.Status?.PodIP).ConfigureAwait(false);
        await step.SetPropertyAsync("Image", status?.Image).ConfigureAwait(false);
        await step.SetPropertyAsync("Container", status?.ContainerID, highlighted: false).ConfigureAwait(false);
        await step.SetPropertyAsync("Runtime class", pod.Spec?.RuntimeClassName ?? "(default)").ConfigureAwait(false);
    }

    /// <summary>The last warning about the pod, or null.</summary>
    public static Event? LastWarning(Pod pod, IEnumerable<Event> events) => events
        .Where(item => item.Type == "Warning" && item.InvolvedObject.Uid == pod.Metadata.Uid)
        .MaxBy(item => item.LastTimestamp ?? item.EventTime ?? item.Metadata.CreationTimestamp);

    private static string Join(string? reason, string? message) =>
        string.IsNullOrEmpty(message) ? reason ?? "waiting" : string.IsNullOrEmpty(reason) ? message : $"{reason}: {message}";
}
