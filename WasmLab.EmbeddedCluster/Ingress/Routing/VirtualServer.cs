namespace WasmLab.EmbeddedCluster.Ingresses.Routing;

/// <summary>The locations of one host, compared as NGINX compares them.</summary>
internal sealed class VirtualServer
{
    private readonly Dictionary<string, Location> _exact = new(StringComparer.Ordinal);
    private readonly Location[] _prefixes;
    private readonly Location[] _patterns;

    /// <param name="host">The host, a wildcard such as <c>*.example.com</c>, or <c>_</c>.</param>
    /// <param name="locations">In the order in which patterns are tried.</param>
    public VirtualServer(string host, IReadOnlyList<Location> locations)
    {
        Host = host;
        Locations = locations;
        foreach (var location in locations.Where(location => location.Kind == LocationKind.Exact))
        {
            _exact.TryAdd(location.Path, location);
        }

        _prefixes = [.. locations.Where(location => location.Kind == LocationKind.Prefix).OrderByDescending(location => location.Path.Length)];
        _patterns = [.. locations.Where(location => location.Kind == LocationKind.Regex)];
    }

    public string Host { get; }

    public IReadOnlyList<Location> Locations { get; }

    /// <exception cref="System.Text.RegularExpressions.RegexMatchTimeoutException">A pattern took too long on this path.</exception>
    public RouteMatch? Find(string path)
    {
        if (_exact.TryGetValue(path, out var exact))
        {
            return new RouteMatch(exact, null);
        }

        foreach (var location in _patterns)
        {
            if (location.Rewrite is null)
            {
                if (location.Pattern!.IsMatch(path))
                {
                    return new RouteMatch(location, null);
                }
            }
            else if (location.Pattern!.Match(path) is { } match)
            {
                return RouteMatch.Of(location, match);
            }
        }

        foreach (var location in _prefixes)
        {
            if (path.StartsWith(location.Path, StringComparison.Ordinal))
            {
                return new RouteMatch(location, null);
            }
        }

        return null;
    }
}
