using System.Text.RegularExpressions;
using WasmLab.EmbeddedCluster.Ingresses.Balancing;
using WasmLab.EmbeddedCluster.Ingresses.Configuration;

namespace WasmLab.EmbeddedCluster.Ingresses.Routing;

/// <summary>How a location compares its path.</summary>
internal enum LocationKind
{
    Exact,
    Prefix,
    Regex,
}

/// <summary>One path of one host, and what happens to the requests that it takes.</summary>
internal sealed class Location
{
    public required string Path { get; init; }

    public required LocationKind Kind { get; init; }

    /// <summary>Set when <see cref="Kind"/> is <see cref="LocationKind.Regex"/>.</summary>
    public PathPattern? Pattern { get; init; }

    public RewriteTemplate? Rewrite { get; init; }

    /// <summary>Null is the controller's own default backend, which answers 404.</summary>
    public Backend? Backend { get; init; }

    public required LocationSettings Settings { get; init; }

    /// <summary><c>namespace/name</c> of the ingress; null for the catch-all that no ingress claims.</summary>
    public string? Ingress { get; init; }
}

/// <summary>The location that takes a request and the decoded path it is passed on with, null when that is the client's.</summary>
internal readonly record struct RouteMatch(Location Location, string? RewrittenPath)
{
    public static RouteMatch Of(Location location, Match? match) =>
        new(location, location.Rewrite is { } rewrite && match is { Success: true } ? rewrite.Expand(match) : null);
}
