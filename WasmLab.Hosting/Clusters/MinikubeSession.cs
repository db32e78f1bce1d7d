using Microsoft.Extensions.Hosting;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Clusters;

/// <summary>Stops the profile's machine when the lab ends, if this lab started it and its lifetime is the session's.</summary>
internal sealed class MinikubeSession(Minikube minikube, IProcessRunner processes, LabOptions options) : IHostedService
{
    /// <summary>As long as <c>minikube stop</c> may take.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromMinutes(2);

    /// <summary>This lab started the machine.</summary>
    public bool HasStarted { get; set; }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (!HasStarted || options.Minikube.Lifetime != MinikubeLifetime.Session)
        {
            return;
        }

        var command = minikube.KubeConfigCommand("stop");
        await Console.Out.WriteLineAsync($"$ {command}").ConfigureAwait(false);
        var exitCode = await processes.RunAsync(command with { Output = Console.Out.WriteLine, Error = Console.Error.WriteLine }, cancellationToken).ConfigureAwait(false);
        if (exitCode != 0)
        {
            await Console.Error.WriteLineAsync($"The profile {minikube.Profile} was not stopped (exit code {exitCode}): run the command by hand.").ConfigureAwait(false);
        }
    }
}
