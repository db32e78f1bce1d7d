using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>Does the cluster of the context have what the lab needs: version, permissions, ready nodes?</summary>
internal sealed class ContextDiagnostic(ClusterConnections connections, LabOptions options) : IDiagnostic
{
    public ChainPart Part => ChainPart.Requirements;

    public IAsyncEnumerable<Finding> ExamineAsync(LabStep step, CancellationToken cancellationToken) =>
        connections.FindHost() is { } host
            ? ClusterRequirements.ExamineAsync(host, options, cancellationToken)
            : AsyncEnumerable.Empty<Finding>();
}
