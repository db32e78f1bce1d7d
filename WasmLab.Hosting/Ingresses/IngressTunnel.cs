using System.Net.Sockets;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Ingresses;

/// <summary><c>minikube tunnel</c>, for those who want port 80 itself: it runs beside the lab and asks for root.</summary>
internal static class IngressTunnel
{
    private const int HttpPort = 80;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    /// <summary>Adds the tunnel's process to the model if the settings ask for it.</summary>
    public static void AddTo(IResourceBuilder<ClusterResource> cluster, string ingress, LabOptions options)
    {
        if (options is { IngressTunnel: true, Cluster: ClusterKind.Minikube, DryRun: false, Doctor: false })
        {
            Directory.CreateDirectory(options.StateDirectory);
            cluster.ApplicationBuilder.AddExecutable($"{ingress}-tunnel", "minikube", options.StateDirectory, "-p", options.Minikube.Profile, "tunnel")
                .WithParentRelationship(cluster)
                .WaitFor(cluster);
        }
    }

    /// <summary>Returns when something listens on port 80.</summary>
    public static async Task<Uri?> WaitAsync(LabStep step, LabOptions options, CancellationToken cancellationToken)
    {
        step.ByHand(CommandLine.Of(["minikube", "-p", options.Minikube.Profile, "tunnel"]));
        if (step.IsRehearsal)
        {
            return null;
        }

        var time = step.Get<TimeProvider>();
        var start = time.GetTimestamp();
        while (!await ListensAsync(cancellationToken).ConfigureAwait(false))
        {
            if (time.GetElapsedTime(start) > s_deadline)
            {
                throw new DistributedApplicationException(
                    $"minikube tunnel does not serve port {HttpPort} of localhost after {s_deadline.TotalMinutes:0} minutes. "
                    + "Cause: it has no root (the console log of the tunnel says so), or this driver's tunnel does not serve ingresses (docker on Linux). "
                    + "Remedy: run 'sudo -v' before the lab, or leave WasmLab:Ingress:Tunnel out: the port-forward needs neither.");
            }

            await Task.Delay(s_pause, time, cancellationToken).ConfigureAwait(false);
        }

        return new Uri("http://localhost");
    }

    private static async Task<bool> ListensAsync(CancellationToken cancellationToken)
    {
        using var connection = new TcpClient();
        try
        {
            await connection.ConnectAsync("localhost", HttpPort, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
