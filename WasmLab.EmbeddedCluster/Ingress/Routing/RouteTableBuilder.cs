using System.Text.RegularExpressions;
using WasmLab.EmbeddedCluster.Ingresses.Balancing;
using WasmLab.EmbeddedCluster.Ingresses.Configuration;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Ingresses.Routing;

/// <summary>
/// Turns ingresses into the servers and locations that ingress-nginx would write for them. An ingress that is wrong is left out and named;
/// it never takes others down.
/// </summary>
internal sealed partial class RouteTableBuilder(Func<string, IngressServiceBackend, Backend> backendOf)
{
    private const string Root = "/";

    private Dictionary<string, PathPattern> _patterns = new(StringComparer.Ordinal);

    public RouteTableBuild Build(IEnumerable<Ingress> ingresses)
    {
        var previous = _patterns;
        _patterns = new Dictionary<string, PathPattern>(StringComparer.Ordinal);
        var rejected = new List<RejectedIngress>();
        var accepted = new List<(Ingress Ingress, IngressAnnotations Annotations)>();
        var ordered = ingresses
            .OrderBy(ingress => ingress.Metadata.CreationTimestamp)
            .ThenBy(ingress => ingress.Metadata.Namespace, StringComparer.Ordinal)
            .ThenBy(ingress => ingress.Metadata.Name, StringComparer.Ordinal);

        foreach (var ingress in ordered)
        {
            var annotations = IngressAnnotations.Parse(ingress.Metadata.Annotations);
            var errors = annotations.Errors.Concat(CheckPaths(ingress, annotations, previous)).ToList();
            if (errors.Count > 0)
            {
                rejected.Add(new RejectedIngress(ingress, string.Join("; ", errors)));
            }
            else
            {
                accepted.Add((ingress, annotations));
            }
        }

        var drafts = CreateServers(accepted);
        foreach (var (ingress, annotations) in accepted)
        {
            AddPaths(drafts, ingress, annotations);
        }

        var table = new RouteTable(CloseServers(drafts, accepted));
        return new RouteTableBuild(table, [.. accepted.Select(item => new AcceptedIngress(item.Ingress, item.Annotations.Unknown))], rejected);
    }

    /// <summary>Every server gets a catch-all location: its first ingress' default backend, else the controller's own 404.</summary>
    private Dictionary<string, List<Draft>> CreateServers(List<(Ingress Ingress, IngressAnnotations Annotations)> accepted)
    {
        var servers = new Dictionary<string, List<Draft>>(StringComparer.OrdinalIgnoreCase)
        {
            [RouteTable.CatchAll] = [new Draft(Root, "Prefix", null, null, null) { IsDefault = true }],
        };

        foreach (var (ingress, annotations) in accepted)
        {
            var fallback = ingress.Spec.DefaultBackend?.Service is { } service ? backendOf(ingress.Metadata.Namespace ?? "default", service) : null;
            if (fallback is not null && ingress.Spec.Rules.Count == 0 && servers[RouteTable.CatchAll][0].IsDefault)
            {
                // Neither a rewrite nor a redirect applies to the catch-all of an ingress without rules.
                servers[RouteTable.CatchAll][0] = new Draft(Root, "Prefix", fallback, ingress, annotations) { KeepsPath = true };
            }

            foreach (var host in ingress.Spec.Rules.Select(HostOf))
            {
                servers.TryAdd(host, [new Draft(Root, "Prefix", fallback, ingress, annotations) { IsDefault = true }]);
            }
        }

        return servers;
    }

    private void AddPaths(Dictionary<string, List<Draft>> servers, Ingress ingress, IngressAnnotations annotations)
    {
        foreach (var rule in ingress.Spec.Rules)
        {
            var drafts = servers[HostOf(rule)];
            foreach (var path in rule.Http?.Paths ?? [])
            {
                if (path.Backend.Service is not { } service)
                {
                    continue;
                }

                var text = string.IsNullOrEmpty(path.Path) ? Root : path.Path;
                var type = path.PathType == "Exact" ? "Exact" : "Prefix";
                var draft = new Draft(text, type, backendOf(ingress.Metadata.Namespace ?? "default", service), ingress, annotations);
                var index = drafts.FindIndex(other => other.Path == text && other.Type == type);
                if (index < 0)
                {
                    drafts.Add(draft);
                }
                else if (drafts[index].IsDefault)
                {
                    drafts[index] = draft;
                }

                // Otherwise an older ingress has the path and keeps it.
            }
        }
    }

    private List<VirtualServer> CloseServers(Dictionary<string, List<Draft>> drafts, List<(Ingress Ingress, IngressAnnotations Annotations)> accepted)
    {
        var servers = new List<VirtualServer>();
        foreach (var (host, list) in drafts)
        {
            var sorted = list.OrderByDescending(draft => draft.Path.Length).ThenByDescending(draft => draft.Path, StringComparer.Ordinal);
            var expanded = Expand([.. sorted]);
            // One rewrite or one use-regex makes every path of the host a pattern.
            var regex = expanded.Any(draft => draft.Rewrites || draft.UsesRegex);
            var locations = expanded.Select(draft => Close(draft, regex)).ToList();
            servers.Add(new VirtualServer(host, locations));

            var aliases = accepted.FirstOrDefault(item => item.Annotations.ServerAliases.Count > 0 && item.Ingress.Spec.Rules.Any(rule => HostOf(rule).Equals(host, StringComparison.OrdinalIgnoreCase)));
            servers.AddRange((aliases.Annotations?.ServerAliases ?? [])
                .Where(alias => !drafts.ContainsKey(alias) && !servers.Any(server => server.Host.Equals(alias, StringComparison.OrdinalIgnoreCase)))
                .Select(alias => new VirtualServer(alias, locations)));
        }

        return servers;
    }

    /// <summary>A prefix <c>/a</c> takes <c>/a</c> and what is below <c>/a/</c>, not <c>/ab</c>: NGINX needs two locations for it.</summary>
    private static List<Draft> Expand(List<Draft> drafts)
    {
        var exact = drafts.Where(draft => draft.Type == "Exact").Select(draft => draft.Path).ToHashSet(StringComparer.Ordinal);
        var expanded = new List<Draft>();
        foreach (var draft in drafts)
        {
            if (draft.Path == Root || draft.Type != "Prefix" || draft.Rewrites || draft.UsesRegex)
            {
                expanded.Add(draft);
                continue;
            }

            expanded.Add(draft with { Path = draft.Path.EndsWith('/') ? draft.Path : draft.Path + "/" });
            if (!exact.Contains(draft.Path))
            {
                expanded.Add(draft with { Type = "Exact" });
            }
        }

        return expanded;
    }

    private Location Close(Draft draft, bool regex) => new()
    {
        Path = draft.Path,
        Kind = regex ? LocationKind.Regex : draft.Type == "Exact" ? LocationKind.Exact : LocationKind.Prefix,
        Pattern = regex ? PatternOf(draft.Path, _patterns) : null,
        Rewrite = draft.Rewrites ? draft.Annotations!.Rewrite : null,
        Backend = draft.Backend,
        Settings = draft.Annotations is null ? LocationSettings.Default
            : draft.KeepsPath ? draft.Annotations.Settings with { Redirect = null, AppRoot = null } : draft.Annotations.Settings,
        Ingress = draft.Ingress is null ? null : $"{draft.Ingress.Metadata.Namespace}/{draft.Ingress.Metadata.Name}",
    };

    private IEnumerable<string> CheckPaths(Ingress ingress, IngressAnnotations annotations, Dictionary<string, PathPattern> previous)
    {
        foreach (var path in ingress.Spec.Rules.SelectMany(rule => rule.Http?.Paths ?? []))
        {
            var text = string.IsNullOrEmpty(path.Path) ? Root : path.Path;
            if (path.PathType is "Exact" or "Prefix" && !PlainPath().IsMatch(text))
            {
                yield return $"path {text} cannot be used with pathType {path.PathType}; a pattern needs pathType ImplementationSpecific";
                continue;
            }

            // Every path may become a pattern through another ingress of the same host, so each has to be one.
            if (ErrorOf(text, previous) is { } error)
            {
                yield return $"path {text} is no regular expression: {error}";
            }
        }
    }

    private string? ErrorOf(string path, Dictionary<string, PathPattern> previous)
    {
        try
        {
            if (!_patterns.ContainsKey(path))
            {
                _patterns[path] = previous.TryGetValue(path, out var known) ? known : new PathPattern(path);
            }

            return null;
        }
        catch (RegexParseException exception)
        {
            return exception.Message;
        }
    }

    private static PathPattern PatternOf(string path, Dictionary<string, PathPattern> patterns)
    {
        if (!patterns.TryGetValue(path, out var pattern))
        {
            patterns[path] = pattern = new PathPattern(path);
        }

        return pattern;
    }

    private static string HostOf(IngressRule rule) => string.IsNullOrEmpty(rule.Host) ? RouteTable.CatchAll : rule.Host;

    [GeneratedRegex(@"^/[a-zA-Z0-9._\-/]*\z")]
    private static partial Regex PlainPath();

    private sealed record Draft(string Path, string Type, Backend? Backend, Ingress? Ingress, IngressAnnotations? Annotations)
    {
        public bool IsDefault { get; init; }

        public bool KeepsPath { get; init; }

        public bool Rewrites => !KeepsPath && Annotations?.Rewrite is { } rewrite && rewrite.Source != Path;

        public bool UsesRegex => Annotations?.UseRegex == true;
    }
}

/// <summary>A routing table and what became of each ingress.</summary>
internal sealed record RouteTableBuild(RouteTable Table, IReadOnlyList<AcceptedIngress> Accepted, IReadOnlyList<RejectedIngress> Rejected);

/// <summary>An ingress that is served.</summary>
internal sealed record AcceptedIngress(Ingress Ingress, IReadOnlyList<string> UnknownAnnotations);

/// <summary>An ingress that is left out, and why.</summary>
internal sealed record RejectedIngress(Ingress Ingress, string Reason);
