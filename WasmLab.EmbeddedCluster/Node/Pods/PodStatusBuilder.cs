using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>Phases of a pod.</summary>
internal static class PodPhase
{
    public const string Pending = "Pending";
    public const string Running = "Running";
    public const string Succeeded = "Succeeded";
    public const string Failed = "Failed";

    public static bool IsTerminal(string? phase) => phase is Succeeded or Failed;
}

/// <summary>What a status is computed from.</summary>
internal sealed record PodObservation
{
    public required Pod Pod { get; init; }

    /// <summary>The status to be replaced, whose transition times are kept where nothing changed.</summary>
    public required PodStatus Previous { get; init; }

    public required IReadOnlyList<ContainerStatus> InitContainers { get; init; }

    public required IReadOnlyList<ContainerStatus> Containers { get; init; }

    public required string HostIP { get; init; }

    /// <summary>Null until the pod has a sandbox.</summary>
    public required string? PodIP { get; init; }

    public required DateTimeOffset StartTime { get; init; }

    public required DateTimeOffset Now { get; init; }
}

/// <summary>Computes phase and conditions from the states of containers, by the kubelet's rules.</summary>
internal static class PodStatusBuilder
{
    private static readonly string[] ComputeResources = ["cpu", "memory"];
    private static readonly string[] OwnConditions = ["PodReadyToStartContainers", "Initialized", "Ready", "ContainersReady"];

    public static PodStatus Build(PodObservation observed)
    {
        var phase = PhaseOf(observed);
        return new PodStatus
        {
            Phase = phase,
            Reason = observed.Previous.Reason,
            Message = observed.Previous.Message,
            HostIP = observed.HostIP,
            HostIPs = [new HostIP { Ip = observed.HostIP }],
            PodIP = observed.PodIP,
            PodIPs = observed.PodIP is { } ip ? [new PodIP { Ip = ip }] : [],
            StartTime = observed.StartTime,
            QosClass = QosClassOf(observed.Pod),
            Conditions = ConditionsOf(observed, phase),
            InitContainerStatuses = [.. observed.InitContainers],
            ContainerStatuses = [.. observed.Containers],
        };
    }

    private static string PhaseOf(PodObservation observed)
    {
        var policy = observed.Pod.Spec.RestartPolicy ?? "Always";
        if (observed.InitContainers.Any(status => status.State.Terminated is { ExitCode: not 0 } && policy == "Never"))
        {
            return PodPhase.Failed;
        }

        if (!AreInitialized(observed))
        {
            return PodPhase.Pending;
        }

        // A container between two runs counts as stopped, not as waiting for its first.
        var running = observed.Containers.Count(status => status.State.Running is not null);
        var ended = observed.Containers
            .Where(status => status.State.Running is null)
            .Select(status => status.State.Terminated ?? status.LastState.Terminated)
            .OfType<ContainerStateTerminated>()
            .ToList();
        if (running + ended.Count < observed.Containers.Count)
        {
            return PodPhase.Pending;
        }

        if (running > 0 || policy == "Always")
        {
            return PodPhase.Running;
        }

        return ended.All(state => state.ExitCode == 0) ? PodPhase.Succeeded
            : policy == "Never" ? PodPhase.Failed
            : PodPhase.Running;
    }

    private static bool AreInitialized(PodObservation observed) =>
        observed.InitContainers.All(status => status.State.Terminated is { ExitCode: 0 });

    private static List<Condition> ConditionsOf(PodObservation observed, string phase)
    {
        var isSucceeded = phase == PodPhase.Succeeded;
        var isInitialized = AreInitialized(observed);
        var uninitialized = observed.InitContainers.Where(status => !status.Ready).Select(status => status.Name);
        var unready = observed.Containers.Where(status => !status.Ready).Select(status => status.Name).ToList();
        var isReady = phase == PodPhase.Running && unready.Count == 0;
        var unreadyReason = isSucceeded ? "PodCompleted" : phase == PodPhase.Failed ? "PodFailed" : "ContainersNotReady";
        var unreadyMessage = PodPhase.IsTerminal(phase) ? null : $"containers with unready status: [{string.Join(' ', unready)}]";
        var openGates = OpenGates(observed);

        List<Condition> own =
        [
            NewCondition(OwnConditions[0], observed.PodIP is not null && !PodPhase.IsTerminal(phase)),
            isInitialized
                ? NewCondition(OwnConditions[1], true, isSucceeded ? "PodCompleted" : null)
                : NewCondition(OwnConditions[1], false, "ContainersNotInitialized", $"containers with incomplete status: [{string.Join(' ', uninitialized)}]"),
            isReady && openGates.Count > 0
                ? NewCondition(OwnConditions[2], false, "ReadinessGatesNotReady", $"corresponding condition of pod readiness gate \"{openGates[0]}\" does not exist.")
                : NewCondition(OwnConditions[2], isReady, isReady ? null : unreadyReason, isReady ? null : unreadyMessage),
            NewCondition(OwnConditions[3], isReady, isReady ? null : unreadyReason, isReady ? null : unreadyMessage),
        ];
        var others = observed.Pod.Status.Conditions
            .Where(condition => !OwnConditions.Contains(condition.Type) && condition.Type != "PodScheduled");

        // Whoever bound the pod need not have said so.
        var scheduled = observed.Pod.Status.Conditions.FirstOrDefault(condition => condition is { Type: "PodScheduled", Status: "True" })
            ?? NewCondition("PodScheduled", true);
        scheduled.LastTransitionTime ??= TransitionTime(scheduled, observed);
        foreach (var condition in own)
        {
            condition.LastTransitionTime = TransitionTime(condition, observed);
        }

        return [.. own, scheduled, .. others];
    }

    private static List<string> OpenGates(PodObservation observed)
    {
        if (observed.Pod.Spec.UnknownFields is not { } fields || !fields.TryGetValue("readinessGates", out var gates))
        {
            return [];
        }

        return [.. gates.EnumerateArray().Select(gate => gate.GetProperty("conditionType").GetString() ?? "")
            .Where(type => !observed.Pod.Status.Conditions.Any(condition => condition.Type == type && condition.Status == "True"))];
    }

    private static DateTimeOffset TransitionTime(Condition condition, PodObservation observed)
    {
        var previous = observed.Previous.Conditions.FirstOrDefault(other => other.Type == condition.Type);
        return previous?.Status == condition.Status ? previous!.LastTransitionTime ?? observed.Now : observed.Now;
    }

    private static Condition NewCondition(string type, bool isTrue, string? reason = null, string? message = null) => new()
    {
        Type = type,
        Status = isTrue ? "True" : "False",
        Reason = reason,
        Message = message,
    };

    private static string QosClassOf(Pod pod)
    {
        var containers = pod.Spec.Containers.Concat(pod.Spec.InitContainers).ToList();
        if (containers.All(container => (container.Resources?.Limits.Count ?? 0) == 0 && (container.Resources?.Requests.Count ?? 0) == 0))
        {
            return "BestEffort";
        }

        var isGuaranteed = containers.All(container => ComputeResources.All(resource =>
            container.Resources?.Limits.GetValueOrDefault(resource) is { } limit
            && (container.Resources.Requests.GetValueOrDefault(resource) ?? limit) == limit));
        return isGuaranteed ? "Guaranteed" : "Burstable";
    }
}
