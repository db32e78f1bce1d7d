using Microsoft.Extensions.Hosting;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Clusters;

/// <summary><c>--remove</c>: takes the lab from the cluster of the context and ends the host; with <c>--dry-run</c> only shows what it would do.</summary>
internal sealed class RemovalService(
    IClusterProvider cluster,
    ClusterRemoval removal,
    ClusterConnections connections,
    DistributedApplicationModel model,
    ResourceNotificationService notifications,
    LabOptions options,
    IServiceProvider services,
    IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var output = Console.Out;
        await output.WriteLineAsync($"Removing the lab ({options.Describe()}){(options.DryRun ? ", as a rehearsal" : "")}:").ConfigureAwait(false);
        var step = new LabStep(model.Resources.OfType<ClusterResource>().Single(), services, new ConsoleLines(output), notifications);
        try
        {
            if (await cluster.StartAsync(step, stoppingToken).ConfigureAwait(false) is { } config)
            {
                connections.ConnectHost(config);
                await removal.RunAsync(step, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
        {
            await output.WriteLineAsync($"The lab could not be removed: {exception.Message}").ConfigureAwait(false);
            Environment.ExitCode = 1;
        }

        lifetime.StopApplication();
    }
}
