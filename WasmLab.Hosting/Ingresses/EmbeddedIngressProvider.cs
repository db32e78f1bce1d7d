using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Ingresses;

/// <summary>
/// The embedded cluster's own controller. It publishes where it listens as ingress-nginx does, in the endpoints of Service
/// <c>ingress-nginx/ingress-nginx-controller</c>.
/// </summary>
internal sealed class EmbeddedIngressProvider(ClusterConnections connections) : IIngressProvider
{
    private const string Namespace = "ingress-nginx";
    private const string Service = "ingress-nginx-controller";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    public async Task<Uri> StartAsync(LabStep step, CancellationToken cancellationToken)
    {
        step.ByHand("minikube -p wasm addons enable ingress");
        step.ByHand($"kubectl port-forward -n {Namespace} svc/{Service} 8080:80    # embedded: it listens on the host already");

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            while (true)
            {
                var slice = await connections.Host.FindAsync<EndpointSlice>(Service, Namespace, deadline.Token).ConfigureAwait(false);
                if (slice?.Ports?.FirstOrDefault()?.Port is { } port)
                {
                    return new Uri($"http://localhost:{port}");
                }

                await Task.Delay(Interval, deadline.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DistributedApplicationException(
                $"The ingress controller did not start within {Deadline.TotalSeconds:0} s: EndpointSlice {Namespace}/{Service} is missing. "
                + "The console log of resource 'cluster-node' says why.");
        }
    }
}
