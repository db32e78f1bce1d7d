using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Resources;

namespace WasmLab.EmbeddedCluster.Api.Discovery;

/// <summary>What the API tells about the resources that it serves: group by group, or all at once.</summary>
internal static class DiscoveryDocuments
{
    /// <summary>The media type of aggregated discovery.</summary>
    public const string AggregatedMediaType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private static readonly string[] s_verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
    private static readonly string[] s_create = ["create"];
    private static readonly string[] s_statusVerbs = ["get", "patch", "update"];

    private static readonly IReadOnlyList<DiscoveredResource> s_resources =
        [new("", "v1", "bindings", "Binding", true, s_create) { Singular = "binding" }, .. ResourceRegistry.All.SelectMany(Discover), .. ReviewResources.All];

    /// <summary>The groups with a name.</summary>
    public static IReadOnlyList<(string Group, string Version)> Groups { get; } =
        [.. s_resources.Select(resource => (resource.Group, resource.Version)).Where(entry => entry.Group.Length > 0).Distinct().Order()];

    /// <summary><c>/api</c>.</summary>
    public static JsonObject Core(string address) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = address }),
    };

    /// <summary><c>/apis</c>.</summary>
    public static JsonObject GroupList() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. Groups.Select(entry => GroupBody(entry.Group, entry.Version))]),
    };

    /// <summary><c>/apis/GROUP</c>; null when there is no such group.</summary>
    public static JsonObject? Group(string group)
    {
        var found = Groups.FirstOrDefault(entry => entry.Group == group);
        if (found.Group is null)
        {
            return null;
        }

        var body = GroupBody(found.Group, found.Version);
        body.Insert(0, "kind", "APIGroup");
        body.Insert(1, "apiVersion", "v1");
        return body;
    }

    /// <summary><c>/api/v1</c>, <c>/apis/GROUP/VERSION</c>; null when there is no such version.</summary>
    public static JsonObject? ResourceList(string group, string version)
    {
        var resources = s_resources.Where(resource => (resource.Group, resource.Version) == (group, version)).ToList();
        return resources.Count == 0 ? null : new()
        {
            ["kind"] = "APIResourceList",
            ["apiVersion"] = "v1",
            ["groupVersion"] = group.Length == 0 ? version : $"{group}/{version}",
            ["resources"] = new JsonArray([.. resources.Select(resource => resource.ToResource())]),
        };
    }

    /// <summary>All resources of the core group, or of all others.</summary>
    public static JsonObject Aggregated(bool core) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = "apidiscovery.k8s.io/v2",
        ["metadata"] = new JsonObject(),
        ["items"] = new JsonArray([.. (core ? [("", "v1")] : Groups).Select(entry => AggregatedGroup(entry.Item1, entry.Item2))]),
    };

    private static JsonObject AggregatedGroup(string group, string version) => new()
    {
        ["metadata"] = group.Length == 0 ? new JsonObject() : new JsonObject { ["name"] = group },
        ["versions"] = new JsonArray(new JsonObject
        {
            ["version"] = version,
            ["freshness"] = "Current",
            ["resources"] = new JsonArray([.. s_resources
                .Where(resource => (resource.Group, resource.Version) == (group, version) && !resource.IsSubresource)
                .Select(resource => resource.ToAggregated(s_resources.Where(other => other.IsSubresourceOf(resource))))]),
        }),
    };

    private static JsonObject GroupBody(string group, string version)
    {
        return new()
        {
            ["name"] = group,
            ["versions"] = new JsonArray(Version()),
            ["preferredVersion"] = Version(),
        };

        JsonObject Version() => new() { ["groupVersion"] = $"{group}/{version}", ["version"] = version };
    }

    private static IEnumerable<DiscoveredResource> Discover(ResourceDefinition resource)
    {
        var type = resource.Type;
        yield return new(type.Group, type.Version, type.Plural, type.Kind, type.Namespaced, s_verbs)
        {
            Singular = resource.Singular,
            ShortNames = resource.ShortNames,
            Categories = resource.Categories,
        };
        if (resource.HasStatus)
        {
            yield return new(type.Group, type.Version, $"{type.Plural}/status", type.Kind, type.Namespaced, s_statusVerbs);
        }

        foreach (var part in resource.Subresources)
        {
            yield return new(type.Group, type.Version, $"{type.Plural}/{part.Name}", part.Kind, type.Namespaced, part.Verbs)
            {
                KindGroup = part.Group,
                KindVersion = part.Version,
            };
        }
    }
}
