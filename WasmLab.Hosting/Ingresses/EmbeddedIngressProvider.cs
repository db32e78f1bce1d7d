using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;
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

    public async Task<Uri?> StartAsync(LabStep step, CancellationToken cancellationToken)
    {
        step.ByHand("minikube -p wasm addons enable ingress");
        step.ByHand($"kubectl port-forward -n {Namespace} svc/{Service} 8080:80    # embedded: it listens on the host already");

        if (step.IsRehearsal)
        {
            return null;
        }

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            await foreach (var change in connections.Host.WatchAsync<EndpointSlice>(Namespace, null, null, deadline.Token).ConfigureAwait(false))
            {
                if (change.Type is WatchEventType.Added or WatchEventType.Modified
                    && change.Object.Metadata.Name == Service
                    && change.Object.Ports.FirstOrDefault()?.Port is { } port)
                {
                    return new Uri($"http://localhost:{port}");
                }
            }

            throw new DistributedApplicationException("The API server ended the watch before the ingress controller was there.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DistributedApplicationException(
                $"The ingress controller did not start within {Deadline.TotalSeconds:0} s: EndpointSlice {Namespace}/{Service} is missing. "
                + "The console log of resource 'cluster-node' says why.");
        }
    }
}
