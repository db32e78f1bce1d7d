using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Ingresses.Telemetry;

namespace WasmLab.EmbeddedCluster.Ingresses.Forwarding;

/// <summary>How the ingress reaches pods.</summary>
internal enum PodReach
{
    /// <summary>At their addresses if the first connection shows that this works, otherwise through the API server.</summary>
    Auto,

    /// <summary>At their addresses.</summary>
    Direct,

    /// <summary>Through the API server and their nodes, as <c>kubectl port-forward</c> does.</summary>
    PortForward,
}

/// <summary>Connects to pods at their addresses or, where this machine has no route to them, through the API server's port-forward.</summary>
internal sealed class PodConnector(PortForwardConnector portForward, PodReach reach, ILogger<PodConnector> logger) : IUpstreamConnector
{
    /// <summary>Longer than a round trip to a cluster far away; where no route leads, a connection attempt often hears nothing at all.</summary>
    private static readonly TimeSpan s_probeTimeout = TimeSpan.FromSeconds(1);

    /// <summary>tcpmux, which no pod offers.</summary>
    private const int ClosedPort = 1;

    private int _reach = (int)reach;

    /// <summary>How pods are reached; <see cref="PodReach.Auto"/> as long as no connection has told.</summary>
    public PodReach Reach => (PodReach)Volatile.Read(ref _reach);

    public ValueTask<Socket> ConnectAsync(EndPoint endPoint, CancellationToken cancellationToken) => (endPoint, Reach) switch
    {
        (PodEndPoint pod, PodReach.PortForward) => portForward.ConnectAsync(pod, cancellationToken),
        (PodEndPoint pod, PodReach.Auto) => ProbeAsync(pod, cancellationToken),
        _ => DirectConnector.Instance.ConnectAsync(endPoint, cancellationToken),
    };

    private async ValueTask<Socket> ProbeAsync(PodEndPoint pod, CancellationToken cancellationToken)
    {
        string reason;
        var refused = false;
        using (var probe = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            probe.CancelAfter(s_probeTimeout);
            try
            {
                var direct = await DirectConnector.Instance.ConnectAsync(pod, probe.Token).ConfigureAwait(false);
                if (await RefusesAsync(new IPEndPoint(pod.Address.Address, ClosedPort), probe.Token).ConfigureAwait(false))
                {
                    Decide(PodReach.Direct, $"{pod.Address} accepts connections");
                    return direct;
                }

                direct.Dispose();
                reason = "something in between accepts connections to any port of it";
            }
            catch (SocketException exception)
            {
                reason = exception.Message;
                refused = exception.SocketErrorCode == SocketError.ConnectionRefused;
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                reason = $"nothing heard within {s_probeTimeout.TotalSeconds:0} s";
            }
        }

        var forwarded = await portForward.ConnectAsync(pod, cancellationToken).ConfigureAwait(false);
        if (!refused)
        {
            // One that refuses may be a pod that has just stopped: it says nothing about the others.
            Decide(PodReach.PortForward, $"{pod.Address}: {reason}");
        }

        return forwarded;
    }

    /// <summary>A pod refuses where it does not listen; a gateway that answers for every address does not, nor does a firewall that drops.</summary>
    private static async Task<bool> RefusesAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        try
        {
            using var socket = await DirectConnector.Instance.ConnectAsync(endPoint, cancellationToken).ConfigureAwait(false);
            return false;
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    private void Decide(PodReach found, string why)
    {
        if (Interlocked.CompareExchange(ref _reach, (int)found, (int)PodReach.Auto) == (int)PodReach.Auto)
        {
            Log.ReachDecided(logger, found == PodReach.Direct ? "at their addresses" : "through the API server's port-forward", why);
        }
    }
}
