using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Ingresses;

/// <summary>
/// Publishes where the controller listens, as ingress-nginx's installation does: Service <c>ingress-nginx/ingress-nginx-controller</c>,
/// whose endpoint is this process.
/// </summary>
internal sealed class IngressEndpoint(KubernetesClient client)
{
    private const string Namespace = "ingress-nginx";
    private const string Service = "ingress-nginx-controller";
    private const string FieldManager = "ingress-controller";
    private const int ServicePort = 80;

    public async Task PublishAsync(Uri address, CancellationToken cancellationToken)
    {
        await client.ApplyAsync(new Namespace { Metadata = { Name = Namespace } }, FieldManager, cancellationToken).ConfigureAwait(false);
        await client.ApplyAsync(
            new Service
            {
                Metadata = { Name = Service, Namespace = Namespace },
                Spec = { Ports = [new ServicePort { Name = "http", Port = ServicePort, Protocol = "TCP" }] },
            },
            FieldManager,
            cancellationToken).ConfigureAwait(false);
        await client.ApplyAsync(
            new EndpointSlice
            {
                Metadata = { Name = Service, Namespace = Namespace, Labels = { ["kubernetes.io/service-name"] = Service } },
                AddressType = "IPv4",
                Endpoints = [new Endpoint { Addresses = [address.Host], Conditions = new EndpointConditions { Ready = true } }],
                Ports = [new EndpointPort { Name = "http", Port = address.Port, Protocol = "TCP" }],
            },
            FieldManager,
            cancellationToken).ConfigureAwait(false);
    }
}
