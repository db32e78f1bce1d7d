using System.Text.Json.Nodes;
using WasmLab.Hosting.Diagnosis;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Nodes;

/// <summary>The pods that reach the nodes: one on each, from a DaemonSet in the lab's own namespace.</summary>
internal static class NodePods
{
    public const string Namespace = "wasmlab-system";
    public const string DaemonSet = "node-shell";
    private const string Selector = "app.kubernetes.io/name=node-shell";

    /// <summary>The manifest's objects, in the order in which they are applied.</summary>
    public static IReadOnlyList<JsonObject> Manifest(string image)
    {
        using var stream = typeof(NodePods).Assembly.GetManifestResourceStream("node-pods.yaml")!;
        using var reader = new StreamReader(stream);
        var objects = Kubernetes.Manifest.Parse(reader.ReadToEnd());
        var container = objects[^1]["spec"]!["template"]!["spec"]!["containers"]![0]!;
        container["image"] = image;
        return objects;
    }

    public static async Task<NodePodsState> LookAsync(KubernetesClient host, CancellationToken cancellationToken)
    {
        var set = await host.GetAsync<DaemonSet>(DaemonSet, Namespace, cancellationToken).ConfigureAwait(false);
        var pods = await host.ListAsync<Pod>(Namespace, new ListOptions { LabelSelector = Selector }, cancellationToken).ConfigureAwait(false);
        var current = pods.Items.Where(pod => pod.Metadata.DeletionTimestamp is null && pod.Spec.NodeName is not null)
            .OrderBy(pod => pod.Spec.NodeName, StringComparer.Ordinal).ToList();
        var isObserved = set.Status.ObservedGeneration is { } seen && seen >= set.Metadata.Generation;
        return new NodePodsState(isObserved ? set.Status.DesiredNumberScheduled : null, current);
    }

    /// <summary>Why a pod does not run, with what to do, or null when nothing stands against it yet.</summary>
    public static string? Trouble(Pod pod)
    {
        var waiting = pod.Status.ContainerStatuses.Select(status => status.State.Waiting).FirstOrDefault(waiting => waiting?.Message is not null);
        return waiting is null ? null : $"{waiting.Reason}: {waiting.Message}" + Remedy($"{waiting.Reason} {waiting.Message}");
    }

    private static string Remedy(string words) => KnownFailures.Explain(words) is { } known ? $" ({known.Cause})" : "";
}

/// <summary>How far the pods are.</summary>
/// <param name="Desired">How many nodes get one; null before the controller has counted them.</param>
/// <param name="Pods">The pods, by their nodes.</param>
internal sealed record NodePodsState(int? Desired, IReadOnlyList<Pod> Pods)
{
    public IReadOnlyList<Pod> Ready { get; } =
        [.. Pods.Where(pod => pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" }))];

    public bool IsComplete => Desired > 0 && Ready.Count >= Desired;
}
