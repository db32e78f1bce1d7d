using System.Globalization;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Validation;

namespace WasmLab.EmbeddedCluster.Api.Resources.Kinds;

/// <summary>Endpoint slices.</summary>
internal sealed class EndpointSliceStrategy : ResourceStrategy
{
    private const int MaximumEndpoints = 1000;
    private const int MaximumAddresses = 100;

    public override bool HasGeneration => true;

    public override bool SameSpec(JsonObject obj, JsonObject old) =>
        JsonNode.DeepEquals(obj["endpoints"], old["endpoints"]) && JsonNode.DeepEquals(obj["ports"], old["ports"]);

    public override void Default(JsonObject obj)
    {
        foreach (var port in obj.Objects("ports"))
        {
            port.Default("protocol", "TCP");
            if (port["name"] is null)
            {
                port["name"] = "";
            }
        }

        // As upstream: these two are written even when they are empty.
        obj["endpoints"] ??= new JsonArray();
        obj["ports"] ??= new JsonArray();
    }

    public override void Validate(JsonObject obj, FieldErrors errors)
    {
        errors.OneOf("addressType", obj.Str("addressType"), "FQDN", "IPv4", "IPv6");
        var endpoints = obj.Objects("endpoints").ToList();
        if (endpoints.Count > MaximumEndpoints)
        {
            errors.TooLong("endpoints", MaximumEndpoints);
        }

        for (var i = 0; i < endpoints.Count; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"endpoints[{i}].addresses");
            switch (endpoints[i].Arr("addresses")?.Count ?? 0)
            {
                case 0:
                    errors.Required(path, "must contain at least 1 address");
                    break;
                case > MaximumAddresses:
                    errors.TooLong(path, MaximumAddresses);
                    break;
            }
        }

        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var port in obj.Objects("ports"))
        {
            if (!names.Add(port.Str("name") ?? ""))
            {
                errors.Duplicate("ports.name", port.Str("name") ?? "");
            }
        }
    }

    public override void ValidateUpdate(JsonObject obj, JsonObject old, FieldErrors errors) =>
        Immutable("addressType", obj["addressType"], old["addressType"], errors);
}
