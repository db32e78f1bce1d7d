using Microsoft.Extensions.Hosting;
using WasmLab.Hosting.Clusters;

namespace WasmLab.Hosting.Lab;

/// <summary>
/// <c>--dry-run</c>: goes through the steps one after the other, in the AppHost's order, which is that of their dependencies; prints each
/// command that would change something, and ends the host.
/// </summary>
internal sealed class Rehearsal(
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    IServiceProvider services,
    LabOptions options,
    IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var output = Console.Out;
        await output.WriteLineAsync(options.Cluster == ClusterKind.Embedded
            ? "A rehearsal (embedded cluster): each step as the commands that do the same by hand; the lab itself runs none of them."
            : $"A rehearsal ({options.Describe()}): the commands that each step would run.").ConfigureAwait(false);
        foreach (var resource in model.Resources)
        {
            if (!resource.TryGetLastAnnotation<LabStepAnnotation>(out var annotation))
            {
                continue;
            }

            await output.WriteLineAsync($"{Environment.NewLine}{resource.Name}:").ConfigureAwait(false);
            try
            {
                await annotation.Rehearse(new LabStep(resource, services, new ConsoleLines(output), notifications), stoppingToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                await output.WriteLineAsync($"  {resource.Name} would fail: {exception.Message}").ConfigureAwait(false);
                Environment.ExitCode = 1;
                break;
            }
        }

        await output.WriteLineAsync($"{Environment.NewLine}The rehearsal is over; nothing was changed.").ConfigureAwait(false);
        lifetime.StopApplication();
    }
}
