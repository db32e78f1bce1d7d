using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Writes the logs of resources to the log of the AppHost, each under its own category.</summary>
internal sealed class ResourceLogForwarder(
    DistributedApplicationModel model,
    ResourceLoggerService resourceLoggers,
    ILoggerFactory loggerFactory,
    IHostEnvironment environment) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(model.Resources.Select(r => ForwardAsync(r, stoppingToken)));

    private async Task ForwardAsync(IResource resource, CancellationToken stoppingToken)
    {
        var logger = loggerFactory.CreateLogger($"{environment.ApplicationName}.Resources.{resource.Name}");
        try
        {
            await foreach (var lines in resourceLoggers.WatchAsync(resource).WithCancellation(stoppingToken).ConfigureAwait(false))
            {
                foreach (var line in lines)
                {
                    logger.Log(line.IsErrorMessage ? LogLevel.Error : LogLevel.Information, "{LineNumber}: {LineContent}", line.LineNumber, line.Content);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }
}
