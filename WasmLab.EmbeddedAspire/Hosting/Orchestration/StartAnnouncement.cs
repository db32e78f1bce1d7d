using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Tells the console that the application has started, and where its dashboard is.</summary>
internal sealed class StartAnnouncement(ILogger<DistributedApplication> logger, IHostApplicationLifetime lifetime, DashboardLink dashboard) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStarted.Register(() =>
        {
            if (dashboard.LoginUrl is { } url)
            {
                logger.LogInformation("Login to the dashboard at {DashboardLoginUrl}", url);
            }

            logger.LogInformation("Distributed application started. Press Ctrl+C to shut down.");
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
