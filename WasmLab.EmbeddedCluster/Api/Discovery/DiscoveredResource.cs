using System.Text.Json.Nodes;

namespace WasmLab.EmbeddedCluster.Api.Discovery;

/// <summary>A resource or subresource as discovery describes it, in either of its forms.</summary>
internal sealed record DiscoveredResource(string Group, string Version, string Name, string Kind, bool Namespaced, IReadOnlyList<string> Verbs)
{
    public string Singular { get; init; } = "";

    public IReadOnlyList<string> ShortNames { get; init; } = [];

    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>The group of the kind, where it is another than that of the resource.</summary>
    public string? KindGroup { get; init; }

    public string? KindVersion { get; init; }

    public bool IsSubresource => Name.Contains('/', StringComparison.Ordinal);

    public bool IsSubresourceOf(DiscoveredResource other) =>
        (Group, Version) == (other.Group, other.Version) && Name.StartsWith($"{other.Name}/", StringComparison.Ordinal);

    public JsonObject ToResource()
    {
        var json = new JsonObject
        {
            ["name"] = Name,
            ["singularName"] = Singular,
            ["namespaced"] = Namespaced,
            ["kind"] = Kind,
            ["verbs"] = List(Verbs),
        };
        if (KindGroup is not null && (KindGroup != Group || KindVersion != Version))
        {
            json["group"] = KindGroup;
            json["version"] = KindVersion;
        }

        AddNames(json);
        return json;
    }

    public JsonObject ToAggregated(IEnumerable<DiscoveredResource> subresources)
    {
        var json = new JsonObject
        {
            ["resource"] = Name,
            ["responseKind"] = ResponseKind(),
            ["scope"] = Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = Singular,
            ["verbs"] = List(Verbs),
        };
        AddNames(json);
        var parts = subresources.Select(part => (JsonNode)new JsonObject
        {
            ["subresource"] = part.Name[(Name.Length + 1)..],
            ["responseKind"] = part.ResponseKind(),
            ["verbs"] = List(part.Verbs),
        }).ToArray();
        if (parts.Length > 0)
        {
            json["subresources"] = new JsonArray(parts);
        }

        return json;
    }

    private JsonObject ResponseKind() => new() { ["group"] = KindGroup ?? Group, ["version"] = KindVersion ?? Version, ["kind"] = Kind };

    private void AddNames(JsonObject json)
    {
        if (ShortNames.Count > 0)
        {
            json["shortNames"] = List(ShortNames);
        }

        if (Categories.Count > 0)
        {
            json["categories"] = List(Categories);
        }
    }

    private static JsonArray List(IReadOnlyList<string> values) => new([.. values.Select(value => JsonValue.Create(value))]);
}
