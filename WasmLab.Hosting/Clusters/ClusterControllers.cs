using System.Globalization;
using WasmLab.Hosting.Ingresses;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.VirtualClusters;

namespace WasmLab.Hosting.Clusters;

/// <summary>
/// The lab's own ingress and virtual clusters on a real cluster, as far as the settings choose them: the process <c>wasmlab-cluster</c> with
/// these parts, a client of that cluster's API.
/// </summary>
internal sealed class ClusterControllers(LabOptions options, ClusterProgram program)
{
    /// <summary>The parts, as <c>wasmlab-cluster --parts</c> names them.</summary>
    public static IReadOnlyList<string> PartsOf(LabOptions options) =>
    [
        .. options.Ingress == IngressKind.Embedded ? ["ingress"] : (string[])[],
        .. options.VirtualClusters == VirtualClusterKind.Embedded ? ["vclusters"] : (string[])[],
    ];

    /// <summary>
    /// Adds the process to the model, which serves on a shared cluster the ingresses of the lab's own namespaces only: it starts when the cluster's
    /// API answers and the lab's kubeconfig is written.
    /// </summary>
    public void AddTo(IResourceBuilder<ClusterResource> cluster)
    {
        var parts = PartsOf(options);
        if (options.Cluster == ClusterKind.Embedded || parts.Count == 0)
        {
            return;
        }

        program.Add(
            cluster,
            $"{cluster.Resource.Name}-controllers",
            [
                "--parts", string.Join(',', parts),
                .. options.Context is { } context ? ["--context", context] : (string[])[],
                .. options.Cluster == ClusterKind.Context ? ["--watch-namespace-selector", Ownership.Selector] : (string[])[],
                "--ingress-reach", options.IngressReach.ToString(),
                "--api-port", options.ApiPort.ToString(CultureInfo.InvariantCulture),
                "--ingress-port", options.IngressPort.ToString(CultureInfo.InvariantCulture),
            ])
            ?.WaitFor(cluster);
    }
}
