using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;

namespace WasmLab.EmbeddedCluster.Api.Tables;

/// <summary>Pods: their status column sums up what phase, containers and deletion say together.</summary>
internal static class PodTable
{
    public static TableDefinition Definition { get; } = new(
        Cells.Name,
        new("Ready", (pod, _) => Ready(pod), "Containers that are ready, of all."),
        new("Status", (pod, _) => Status(pod), "Phase, or what keeps the pod from it."),
        new("Restarts", Restarts, "How often containers were restarted, and when last."),
        Cells.Age,
        new("IP", (pod, _) => pod.Str("status", "podIP") ?? Cells.None, "Address of the pod.", 1),
        Cells.Field("Node", Cells.None, "The node that it runs on.", 1, "spec", "nodeName"),
        Cells.Field("Nominated Node", Cells.None, "The node that room is being made on.", 1, "status", "nominatedNodeName"),
        new("Readiness Gates", (pod, _) => Gates(pod), "Conditions that must hold besides.", 1));

    private static JsonNode? Ready(JsonElement pod)
    {
        var ready = Statuses(pod).Count(status => status.Bool("ready") == true && status.At("state", "running") is not null);
        return string.Create(CultureInfo.InvariantCulture, $"{ready}/{pod.Items("spec", "containers").Count()}");
    }

    public static string Status(JsonElement pod)
    {
        var reason = pod.Str("status", "reason") ?? pod.Str("status", "phase") ?? "Unknown";
        if (InitializationReason(pod) is { } initializing)
        {
            reason = initializing;
        }
        else
        {
            reason = ContainersReason(pod, reason);
        }

        if (pod.At("metadata", "deletionTimestamp") is null)
        {
            return reason;
        }

        return pod.Str("status", "reason") == "NodeLost" ? "Unknown"
            : pod.Str("status", "phase") is "Succeeded" or "Failed" ? reason
            : "Terminating";
    }

    private static string? InitializationReason(JsonElement pod)
    {
        var total = pod.Items("spec", "initContainers").Count();
        var index = 0;
        foreach (var status in pod.Items("status", "initContainerStatuses"))
        {
            if (status.Int("state", "terminated", "exitCode") == 0)
            {
                index++;
                continue;
            }

            return status.At("state", "terminated") is { } terminated ? $"Init:{TerminatedReason(terminated)}"
                : status.Str("state", "waiting", "reason") is { } waiting and not "PodInitializing" ? $"Init:{waiting}"
                : string.Create(CultureInfo.InvariantCulture, $"Init:{index}/{total}");
        }

        return null;
    }

    private static string ContainersReason(JsonElement pod, string reason)
    {
        var running = false;
        foreach (var status in Statuses(pod).Reverse())
        {
            if (status.Str("state", "waiting", "reason") is { } waiting)
            {
                reason = waiting;
            }
            else if (status.At("state", "terminated") is { } terminated)
            {
                reason = TerminatedReason(terminated);
            }
            else if (status.Bool("ready") == true && status.At("state", "running") is not null)
            {
                running = true;
            }
        }

        // Some containers are done and others still run: the pod as a whole does.
        if (reason == "Completed" && running)
        {
            var ready = pod.Items("status", "conditions").Any(condition => condition.Str("type") == "Ready" && condition.Str("status") == "True");
            reason = ready ? "Running" : "NotReady";
        }

        return reason;
    }

    private static string TerminatedReason(JsonElement terminated) =>
        terminated.Str("reason")
        ?? (terminated.Int("signal") is > 0 and var signal
            ? string.Create(CultureInfo.InvariantCulture, $"Signal:{signal}")
            : string.Create(CultureInfo.InvariantCulture, $"ExitCode:{terminated.Int("exitCode")}"));

    private static JsonNode? Restarts(JsonElement pod, DateTimeOffset now)
    {
        var count = Statuses(pod).Sum(status => status.Int("restartCount") ?? 0);
        var last = Statuses(pod).Max(status => status.Time("lastState", "terminated", "finishedAt"));
        return count > 0 && last is not null
            ? string.Create(CultureInfo.InvariantCulture, $"{count} ({Cells.AgeOf(last, now)} ago)")
            : count.ToString(CultureInfo.InvariantCulture);
    }

    private static JsonNode? Gates(JsonElement pod)
    {
        var gates = pod.Items("spec", "readinessGates").Select(gate => gate.Str("conditionType")).ToList();
        var met = gates.Count(gate => pod.Items("status", "conditions")
            .Any(condition => condition.Str("type") == gate && condition.Str("status") == "True"));
        return gates.Count == 0 ? Cells.None : string.Create(CultureInfo.InvariantCulture, $"{met}/{gates.Count}");
    }

    private static IEnumerable<JsonElement> Statuses(JsonElement pod) => pod.Items("status", "containerStatuses");
}
