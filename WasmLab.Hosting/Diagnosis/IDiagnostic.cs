using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>Examines some links of the chain. It looks only, and reports what stands in its way instead of throwing.</summary>
internal interface IDiagnostic
{
    /// <summary>The part of the chain it is about; parts are examined in order.</summary>
    ChainPart Part { get; }

    /// <summary>The links of this part, each as soon as it is known.</summary>
    IAsyncEnumerable<Finding> ExamineAsync(LabStep step, CancellationToken cancellationToken);
}

/// <summary>The parts of the chain from this machine to a flavor's answer, each relying on those before it.</summary>
internal enum ChainPart
{
    Requirements,
    Cluster,
    WasmShim,
    RuntimeClass,
    Ingress,
    VirtualCluster,
    Flavor,
}
