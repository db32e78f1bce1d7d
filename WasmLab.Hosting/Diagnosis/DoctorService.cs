using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Diagnosis;

/// <summary><c>--doctor</c>: examines the lab that the state directory tells of, prints each link, ends the host; exit code 1 if one is broken.</summary>
internal sealed class DoctorService(
    Doctor doctor,
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    ClusterConnections connections,
    LabOptions options,
    IServiceProvider services,
    IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var cluster = model.Resources.OfType<ClusterResource>().Single();
        var output = Console.Out;
        await output.WriteLineAsync($"The chain of the lab ({options.Describe()}), from {options.StateDirectory}:").ConfigureAwait(false);
        connections.TryLoad(model.Resources.OfType<VirtualClusterResource>().Select(virtualCluster => virtualCluster.VirtualClusterName));

        var findings = new List<Finding>();
        var step = new LabStep(cluster, services, NullLogger.Instance, notifications);
        await foreach (var finding in doctor.ExamineAsync(step, stoppingToken).ConfigureAwait(false))
        {
            findings.Add(finding);
            await output.WriteLineAsync(DoctorReport.Of(finding)).ConfigureAwait(false);
        }

        await output.WriteLineAsync(DoctorReport.Summary(findings)).ConfigureAwait(false);
        Environment.ExitCode = findings.Any(finding => finding.Status == FindingStatus.Broken) ? 1 : 0;
        lifetime.StopApplication();
    }
}
