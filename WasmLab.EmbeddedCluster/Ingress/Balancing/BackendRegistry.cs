using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Ingresses.Balancing;

/// <summary>
/// The backends that ingresses name. A backend outlives routing tables, so a request that began with an old table is retried on new endpoints.
/// </summary>
internal sealed class BackendRegistry(UpstreamPools pools)
{
    private const string ServiceNameLabel = "kubernetes.io/service-name";

    private readonly ConcurrentDictionary<(string Namespace, string Service, string Port), Backend> _backends = new();

    public Backend Get(string @namespace, IngressServiceBackend service)
    {
        var port = service.Port?.Name ?? (service.Port?.Number ?? 0).ToString(CultureInfo.InvariantCulture);
        return _backends.GetOrAdd((@namespace, service.Name ?? "", port), key => new Backend(key.Namespace, key.Service, key.Port));
    }

    /// <summary>Gives every backend the endpoints that are ready now and closes idle connections to the others.</summary>
    public void Refresh(IEnumerable<Service> services, IEnumerable<EndpointSlice> slices)
    {
        var servicesByName = services.ToDictionary(service => (service.Metadata.Namespace ?? "", service.Metadata.Name ?? ""));
        var slicesByService = slices
            .Where(slice => slice.Metadata.Labels.ContainsKey(ServiceNameLabel))
            .ToLookup(slice => (slice.Metadata.Namespace ?? "", slice.Metadata.Labels[ServiceNameLabel]));

        foreach (var backend in _backends.Values)
        {
            var key = (backend.Namespace, backend.Service);
            var found = servicesByName.TryGetValue(key, out var service) && PortOf(service, backend.Port) is { } port
                ? EndpointsOf(service, port, slicesByService[key])
                : [];
            backend.Replace(Keep(backend, found));
        }

        pools.Retain(_backends.Values.SelectMany(backend => backend.Endpoints).Select(endpoint => endpoint.Pool).ToHashSet());
    }

    private static ServicePort? PortOf(Service service, string port) =>
        service.Spec.Ports.FirstOrDefault(candidate => candidate.Name == port)
        ?? (int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? service.Spec.Ports.FirstOrDefault(candidate => candidate.Port == number)
            : null);

    private static IEnumerable<(EndPoint Address, string? Pod)> EndpointsOf(Service service, ServicePort port, IEnumerable<EndpointSlice> slices)
    {
        if (service.Spec is { Type: "ExternalName", ExternalName: { Length: > 0 } external })
        {
            return [(IPAddress.TryParse(external, out var ip) ? new IPEndPoint(ip, port.TargetPort?.Number ?? port.Port) : new DnsEndPoint(external, port.TargetPort?.Number ?? port.Port), null)];
        }

        return slices
            .SelectMany(slice => slice.Ports
                .Where(candidate => (candidate.Name ?? "") == (port.Name ?? "") && candidate.Protocol is null or "TCP" && candidate.Port is > 0)
                .SelectMany(candidate => slice.Endpoints
                    .Where(endpoint => endpoint.Conditions?.Ready != false)
                    .SelectMany(endpoint => endpoint.Addresses.Select(address => (
                        Address: Parse(address, candidate.Port!.Value, slice.Metadata.Namespace, endpoint.TargetRef), endpoint.TargetRef?.Name)))))
            .Distinct()
            .OrderBy(item => item.Address.ToString(), StringComparer.Ordinal);
    }

    private static EndPoint Parse(string address, int port, string? @namespace, ObjectReference? target)
    {
        if (!IPAddress.TryParse(address, out var ip))
        {
            return new DnsEndPoint(address, port);
        }

        var endPoint = new IPEndPoint(ip, port);
        return target is { Kind: "Pod", Name: { } pod } ? new PodEndPoint(endPoint, target.Namespace ?? @namespace ?? "default", pod) : endPoint;
    }

    // An endpoint that stays is the same object, so that a request knows what it has been tried on.
    private IEnumerable<BackendEndpoint> Keep(Backend backend, IEnumerable<(EndPoint Address, string? Pod)> found)
    {
        foreach (var (address, pod) in found)
        {
            var pool = pools.Get(address);
            yield return backend.Endpoints.FirstOrDefault(endpoint => endpoint.Pool == pool && endpoint.Pod == pod) ?? new BackendEndpoint(pool, pod);
        }
    }
}
