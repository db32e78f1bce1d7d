using System.Runtime.CompilerServices;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>Is each virtual cluster's namespace on the host, and does its API server answer?</summary>
internal sealed class VirtualClusterDiagnostic(DistributedApplicationModel model, ClusterConnections connections) : IDiagnostic
{
    public ChainPart Part => ChainPart.VirtualCluster;

    public async IAsyncEnumerable<Finding> ExamineAsync(LabStep step, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var virtualCluster in model.Resources.OfType<VirtualClusterResource>())
        {
            yield return await ExamineAsync(virtualCluster, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<Finding> ExamineAsync(VirtualClusterResource virtualCluster, CancellationToken cancellationToken)
    {
        var name = virtualCluster.VirtualClusterName;
        var link = $"Virtual cluster {name}";
        if (connections.FindHost() is not { } host)
        {
            return Finding.NotExamined(link, "the API server of the host has not been reached");
        }

        var remedy = $"run the step '{virtualCluster.Name}' again";
        if (await host.FindAsync<Namespace>(name, ct: cancellationToken).ConfigureAwait(false) is not { } ns)
        {
            return Finding.Broken(link, $"namespace {name} is not on the host", "the virtual cluster was never created, or was deleted", remedy);
        }

        if (ns.Metadata.DeletionTimestamp is not null)
        {
            return Finding.Broken(
                link, $"namespace {name} is being deleted", "pods of a WebAssembly runtime ignore SIGTERM and take their whole grace period; or an object's finalizer waits",
                $"kubectl get all,virtualclusters -n {name}; when the namespace is gone, {remedy}");
        }

        var answer = await new ClusterHealthCheck(connections, () => name).CheckHealthAsync(new(), cancellationToken).ConfigureAwait(false);
        return answer.Status == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
            ? Finding.Holds(link, answer.Description!)
            : Finding.Broken(
                link, answer.Description!, $"its API server does not run or cannot be reached: kubectl -n {name} get pods,secrets shows what there is", remedy);
    }
}
