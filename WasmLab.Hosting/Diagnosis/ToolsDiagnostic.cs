using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Tools;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>Are the programs there that the lab drives?</summary>
internal sealed class ToolsDiagnostic(ToolRequirements tools) : IDiagnostic
{
    public ChainPart Part => ChainPart.Requirements;

    public IAsyncEnumerable<Finding> ExamineAsync(LabStep step, CancellationToken cancellationToken) => tools.ExamineAsync(cancellationToken);
}
