using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.PortForwards;

namespace WasmLab.Hosting.Ingresses;

/// <summary>
/// ingress-nginx: minikube's addon, or what runs on the cluster already. It is reached on <c>WasmLab:Ingress:Port</c> by a port-forward,
/// which needs neither root nor a tunnel, or through <c>minikube tunnel</c> when that is asked for.
/// </summary>
internal sealed class NginxIngressProvider(ClusterConnections connections, OtlpReceiver telemetry, LabOptions options) : IIngressProvider, IAsyncDisposable
{
    private const string Namespace = "ingress-nginx";
    private const string Service = "ingress-nginx-controller";
    private const int HttpPort = 80;
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(6);

    private TracingForwarder? _forwarder;

    public async Task<Uri?> StartAsync(LabStep step, CancellationToken cancellationToken)
    {
        if (options.Cluster == ClusterKind.Minikube)
        {
            await step.Get<MinikubeIngressAddon>().EnableAsync(step, cancellationToken).ConfigureAwait(false);
        }

        if (options.IngressTunnel)
        {
            return await IngressTunnel.WaitAsync(step, options, cancellationToken).ConfigureAwait(false);
        }

        step.ByHand($"kubectl port-forward -n {Namespace} svc/{Service} {options.IngressPort}:{HttpPort}    # the lab's own client does this part");
        if (step.IsRehearsal)
        {
            return null;
        }

        await RequireAsync(cancellationToken).ConfigureAwait(false);
        var service = new ServiceForward(connections.Host, Namespace, Service, HttpPort);
        await ServiceReadiness.WaitAsync(service, "The ingress controller", s_deadline, step, cancellationToken).ConfigureAwait(false);
        await DisposeAsync().ConfigureAwait(false);
        var receiver = await telemetry.FindAsync(cancellationToken).ConfigureAwait(false);
        _forwarder = await TracingForwarder.StartAsync(options.IngressPort, service.ConnectAsync, receiver, cancellationToken).ConfigureAwait(false);
        step.Logger.LogInformation("{Address} leads to {Service}, with tracing in front.", _forwarder.Address, $"{Namespace}/{Service}");
        return _forwarder.Address;
    }

    /// <summary>Nobody is about to install it on a cluster that the lab did not make.</summary>
    private async Task RequireAsync(CancellationToken cancellationToken)
    {
        if (options.Cluster == ClusterKind.Context
            && await connections.Host.FindAsync<Kubernetes.Objects.Service>(Service, Namespace, cancellationToken).ConfigureAwait(false) is null)
        {
            throw new DistributedApplicationException(
                $"The cluster has no ingress-nginx: service {Namespace}/{Service} is missing. Remedy: leave WasmLab:Ingress:Kind out, which takes the lab's own controller, "
                + "or install it: https://kubernetes.github.io/ingress-nginx/deploy/");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_forwarder is { } forwarder)
        {
            _forwarder = null;
            await forwarder.DisposeAsync().ConfigureAwait(false);
        }
    }
}
