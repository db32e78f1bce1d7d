using WasmLab.Kubernetes.Objects;
using NodeObject = WasmLab.Kubernetes.Objects.Node;

namespace WasmLab.EmbeddedCluster.Controllers;

/// <summary>Where a pod goes, or why it can go nowhere, in the words of the default scheduler.</summary>
/// <remarks>Looked at: readiness, <c>unschedulable</c>, taints and the node selector; not affinity and resources.</remarks>
internal sealed record SchedulingDecision(NodeObject? Node, string? Message)
{
    private const string NotReadyTaint = "node.kubernetes.io/not-ready";

    public static SchedulingDecision Make(Pod pod, IReadOnlyCollection<NodeObject> nodes)
    {
        if (nodes.Count == 0)
        {
            return new SchedulingDecision(null, "no nodes available to schedule pods");
        }

        var refusals = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in nodes.OrderBy(node => node.Metadata.Name, StringComparer.Ordinal))
        {
            if (RefusalOf(node, pod) is not { } refusal)
            {
                return new SchedulingDecision(node, null);
            }

            refusals[refusal] = refusals.GetValueOrDefault(refusal) + 1;
        }

        var reasons = string.Join(", ", refusals.Select(refusal => $"{refusal.Value} {refusal.Key}"));
        return new SchedulingDecision(null, $"0/{nodes.Count} nodes are available: {reasons}.");
    }

    private static string? RefusalOf(NodeObject node, Pod pod)
    {
        if (node.Spec.Unschedulable == true && !IsTolerated(new Taint { Key = "node.kubernetes.io/unschedulable", Effect = "NoSchedule" }, pod))
        {
            return "node(s) were unschedulable";
        }

        var isReady = node.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });
        var taints = isReady ? node.Spec.Taints : node.Spec.Taints.Append(new Taint { Key = NotReadyTaint, Effect = "NoSchedule" });
        var untolerated = taints.FirstOrDefault(taint => taint.Effect is "NoSchedule" or "NoExecute" && !IsTolerated(taint, pod));
        if (untolerated is not null)
        {
            return $"node(s) had untolerated taint {{{untolerated.Key}: {untolerated.Value}}}";
        }

        return pod.Spec.NodeSelector.All(wanted => node.Metadata.Labels.GetValueOrDefault(wanted.Key) == wanted.Value)
            ? null
            : "node(s) didn't match Pod's node affinity/selector";
    }

    private static bool IsTolerated(Taint taint, Pod pod) => pod.Spec.Tolerations.Any(toleration =>
        (string.IsNullOrEmpty(toleration.Effect) || toleration.Effect == taint.Effect)
        && (string.IsNullOrEmpty(toleration.Key) ? toleration.Operator == "Exists" : toleration.Key == taint.Key)
        && (toleration.Operator == "Exists" || (toleration.Value ?? "") == (taint.Value ?? "")));
}
