using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WasmLab.EmbeddedCluster;

/// <summary>Stops the host when standard input ends: the process that started this one is gone, even if it was killed.</summary>
internal sealed class ParentWatch(IHostApplicationLifetime lifetime, ILogger<ParentWatch> logger) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Console streams block whatever the call says; a thread of its own keeps that from the pool.
        new Thread(ReadToEnd) { IsBackground = true, Name = "parent watch" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void ReadToEnd()
    {
        using var input = Console.OpenStandardInput();
        var buffer = new byte[256];
        while (input.Read(buffer) > 0)
        {
        }

        logger.LogInformation("Standard input ended: the parent process is gone, stopping");
        lifetime.StopApplication();
    }
}
