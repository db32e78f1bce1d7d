using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using WasmLab.EmbeddedCluster.Nodes.Pods;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Controllers;

/// <summary>Computes the endpoint slices of a service: one for each set of ports that its pods have.</summary>
internal static class EndpointSliceBuilder
{
    public const string ServiceLabel = "kubernetes.io/service-name";
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";
    public const string ManagedBy = "endpointslice-controller.k8s.io";

    public static IReadOnlyList<EndpointSlice> Build(Service service, IEnumerable<Pod> pods)
    {
        var groups = pods
            .Where(pod => IsBehind(service, pod))
            .OrderBy(pod => pod.Metadata.Name, StringComparer.Ordinal)
            .Select(pod => (Endpoint: EndpointOf(service, pod), Ports: PortsOf(service, pod)))
            .GroupBy(pair => string.Join(',', pair.Ports.Select(port => $"{port.Name}/{port.Protocol}/{port.Port}")))
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .ToList();

        // A service without pods has one slice too, so that it can be seen that there are none.
        return groups.Count == 0
            ? [NewSlice(service, 0, [], [])]
            : [.. groups.Select((group, index) => NewSlice(service, index, [.. group.Select(pair => pair.Endpoint)], group.First().Ports))];
    }

    private static bool IsBehind(Service service, Pod pod) =>
        pod.Metadata.Namespace == service.Metadata.Namespace
        && service.Spec.Selector.All(wanted => pod.Metadata.Labels.GetValueOrDefault(wanted.Key) == wanted.Value)
        && !string.IsNullOrEmpty(pod.Status.PodIP)
        && !PodPhase.IsTerminal(pod.Status.Phase);

    private static Endpoint EndpointOf(Service service, Pod pod)
    {
        var isTerminating = pod.Metadata.DeletionTimestamp is not null;
        var isServing = service.Spec.PublishNotReadyAddresses == true
            || pod.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" });
        return new Endpoint
        {
            Addresses = [pod.Status.PodIP!],
            Conditions = new EndpointConditions
            {
                Ready = isServing && (!isTerminating || service.Spec.PublishNotReadyAddresses == true),
                Serving = isServing,
                Terminating = isTerminating,
            },
            NodeName = pod.Spec.NodeName,
            TargetRef = new ObjectReference
            {
                Kind = "Pod",
                Namespace = pod.Metadata.Namespace,
                Name = pod.Metadata.Name,
                Uid = pod.Metadata.Uid,
            },
        };
    }

    private static List<EndpointPort> PortsOf(Service service, Pod pod) =>
        [.. from port in service.Spec.Ports
            let number = TargetOf(port, pod)
            where number is not null
            select new EndpointPort
            {
                Name = port.Name ?? "",
                Protocol = port.Protocol ?? "TCP",
                Port = HostPortOf(number.Value, pod),
                AppProtocol = port.AppProtocol,
            }];

    private static int? TargetOf(ServicePort port, Pod pod) => port.TargetPort switch
    {
        { Number: { } number and > 0 } => number,
        { Name: { Length: > 0 } name } => pod.Spec.Containers
            .SelectMany(container => container.Ports)
            .FirstOrDefault(declared => declared.Name == name && (declared.Protocol ?? "TCP") == (port.Protocol ?? "TCP"))?.Port,
        _ => port.Port,
    };

    // Where pods share one address, the node publishes the free port that stands for the container's.
    private static int HostPortOf(int port, Pod pod) =>
        int.TryParse(pod.Metadata.Annotations.GetValueOrDefault($"{PodAddress.PortAnnotationPrefix}{port}"), CultureInfo.InvariantCulture, out var hostPort)
            ? hostPort
            : port;

    private static EndpointSlice NewSlice(Service service, int index, List<Endpoint> endpoints, List<EndpointPort> ports) => new()
    {
        Metadata =
        {
            Name = $"{service.Metadata.Name}-{Suffix(service, index)}",
            Namespace = service.Metadata.Namespace,
            Labels = new Dictionary<string, string>(service.Metadata.Labels)
            {
                [ServiceLabel] = service.Metadata.Name!,
                [ManagedByLabel] = ManagedBy,
            },
            OwnerReferences =
            [
                new OwnerReference
                {
                    ApiVersion = service.ApiVersion,
                    Kind = service.Kind,
                    Name = service.Metadata.Name,
                    Uid = service.Metadata.Uid,
                    Controller = true,
                    BlockOwnerDeletion = true,
                },
            ],
        },
        AddressType = "IPv4",
        Endpoints = endpoints,
        Ports = ports,
    };

    // Looks like the random suffix of generated names, but is always the same: no slice is made twice when a cache lags.
    private static string Suffix(Service service, int index)
    {
        const string alphabet = "bcdfghjklmnpqrstvwxz2456789";
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{service.Metadata.Uid}/{index}"));
        return string.Concat(hash.Take(5).Select(value => alphabet[value % alphabet.Length]));
    }
}
