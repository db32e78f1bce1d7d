using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>The command "Doctor" of the cluster: each link goes to its console log, the broken ones into the command's result.</summary>
internal static class DoctorCommand
{
    public static IResourceBuilder<ClusterResource> WithDoctor(this IResourceBuilder<ClusterResource> cluster) =>
        cluster.WithCommand("doctor", "Doctor", context => RunAsync(cluster.Resource, context), new CommandOptions
        {
            Description = "Walks the chain from this machine's tools to the flavors' answers; the console log shows each link.",
            IconName = "Stethoscope",
            IsHighlighted = true,
        });

    private static Task<ExecuteCommandResult> RunAsync(ClusterResource cluster, ExecuteCommandContext context) =>
        LabCommand.RunAsync(cluster, context, async step =>
        {
            var findings = new List<Finding>();
            await foreach (var finding in step.Get<Doctor>().ExamineAsync(step, context.CancellationToken).ConfigureAwait(false))
            {
                findings.Add(finding);
                DoctorReport.Log(step.Logger, finding);
            }

            var summary = DoctorReport.Summary(findings);
            step.Logger.LogInformation("{Summary}", summary);
            if (findings.Any(finding => finding.Status == FindingStatus.Broken))
            {
                throw new DistributedApplicationException(summary + " The console log shows cause and remedy.");
            }
        });
}
