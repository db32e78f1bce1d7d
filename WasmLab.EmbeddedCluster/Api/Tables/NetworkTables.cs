using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;

namespace WasmLab.EmbeddedCluster.Api.Tables;

/// <summary>Services, endpoint slices and ingresses.</summary>
internal static class NetworkTables
{
    public static TableDefinition Service { get; } = new(
        Cells.Name,
        Cells.Field("Type", "", "How it is exposed.", 0, "spec", "type"),
        Cells.Field("Cluster-IP", Cells.None, "Its address within the cluster.", 0, "spec", "clusterIP"),
        new("External-IP", (service, _) => ExternalAddress(service), "Its address outside of it."),
        new("Port(s)", (service, _) => ServicePorts(service), "Its ports."),
        Cells.Age,
        new("Selector", (service, _) => Cells.Pairs(service, "spec", "selector"), "Labels of its pods.", 1));

    public static TableDefinition EndpointSlice { get; } = new(
        Cells.Name,
        Cells.Field("AddressType", "", "Kind of its addresses.", 0, "addressType"),
        new("Ports", (slice, _) => Cells.Some(slice.Items("ports").Select(port => port.Int("port")?.ToString(CultureInfo.InvariantCulture) ?? "*")), "Ports of its endpoints."),
        new("Endpoints", (slice, _) => Cells.Some(slice.Items("endpoints").SelectMany(endpoint => endpoint.Items("addresses")).Select(address => address.GetString()!)), "Addresses of its endpoints."),
        Cells.Age);

    public static TableDefinition Ingress { get; } = new(
        Cells.Name,
        new("Class", (ingress, _) => ingress.Str("spec", "ingressClassName") ?? ingress.Str("metadata", "annotations", "kubernetes.io/ingress.class") ?? Cells.None, "The class whose controller serves it."),
        new("Hosts", (ingress, _) => Cells.Some(ingress.Items("spec", "rules").Select(rule => rule.Str("host") ?? "").Where(host => host.Length > 0), absent: "*"), "Hosts that it serves."),
        new("Address", (ingress, _) => LoadBalancer(ingress), "Where it is reached."),
        new("Ports", (ingress, _) => ingress.Items("spec", "tls").Any() ? "80, 443" : "80", "Ports that it serves."),
        Cells.Age);

    public static TableDefinition IngressClass { get; } = new(
        Cells.Name,
        Cells.Field("Controller", "", "Who serves the ingresses of the class.", 0, "spec", "controller"),
        new("Parameters", (ingressClass, _) => Parameters(ingressClass), "Where its parameters are."),
        Cells.Age);

    private static JsonNode? ExternalAddress(JsonElement service)
    {
        var external = string.Join(',', service.Items("spec", "externalIPs").Select(address => address.GetString()));
        switch (service.Str("spec", "type"))
        {
            case "ExternalName":
                return service.Str("spec", "externalName") ?? Cells.None;
            case "LoadBalancer":
                var address = LoadBalancer(service);
                return (address.Length, external.Length) switch
                {
                    (0, 0) => "<pending>",
                    (_, 0) => address,
                    (0, _) => external,
                    _ => $"{address},{external}",
                };
            default:
                return external.Length == 0 ? Cells.None : external;
        }
    }

    private static string LoadBalancer(JsonElement obj) => string.Join(',', obj.Items("status", "loadBalancer", "ingress")
        .Select(address => address.Str("ip") ?? address.Str("hostname")).Where(address => address is not null));

    private static JsonNode? ServicePorts(JsonElement service)
    {
        var ports = string.Join(',', service.Items("spec", "ports").Select(port => port.Int("nodePort") is > 0 and var nodePort
            ? string.Create(CultureInfo.InvariantCulture, $"{port.Int("port")}:{nodePort}/{port.Str("protocol")}")
            : string.Create(CultureInfo.InvariantCulture, $"{port.Int("port")}/{port.Str("protocol")}")));
        return ports.Length == 0 ? Cells.None : ports;
    }

    private static JsonNode? Parameters(JsonElement ingressClass)
    {
        if (ingressClass.At("spec", "parameters") is not { } parameters)
        {
            return Cells.None;
        }

        var kind = parameters.Str("apiGroup") is { } group ? $"{parameters.Str("kind")}.{group}" : parameters.Str("kind");
        return $"{kind}/{parameters.Str("name")}";
    }
}
