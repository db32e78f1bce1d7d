namespace WasmLab.EmbeddedCluster.Ingresses.Routing;

/// <summary>Every host and path that the ingress serves; immutable, replaced as a whole.</summary>
internal sealed class RouteTable
{
    /// <summary>The server of requests that no other server takes.</summary>
    public const string CatchAll = "_";

    private readonly Dictionary<string, VirtualServer> _servers = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, VirtualServer>.AlternateLookup<ReadOnlySpan<char>> _exact;
    private readonly Dictionary<string, VirtualServer> _wildcards = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, VirtualServer>.AlternateLookup<ReadOnlySpan<char>> _suffix;
    private readonly VirtualServer _catchAll;

    public RouteTable(IEnumerable<VirtualServer> servers)
    {
        VirtualServer? catchAll = null;
        foreach (var server in servers)
        {
            if (server.Host == CatchAll)
            {
                catchAll = server;
            }
            else if (server.Host.StartsWith("*.", StringComparison.Ordinal))
            {
                _wildcards[server.Host[1..]] = server;
            }
            else
            {
                _servers[server.Host] = server;
            }
        }

        _catchAll = catchAll ?? new VirtualServer(CatchAll, []);
        _exact = _servers.GetAlternateLookup<ReadOnlySpan<char>>();
        _suffix = _wildcards.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public static RouteTable Empty { get; } = new([]);

    public IEnumerable<VirtualServer> Servers => [.. _servers.Values, .. _wildcards.Values, _catchAll];

    /// <summary>The location for a request; null where not even a default location takes it.</summary>
    /// <param name="host">As the request names it, with or without a port.</param>
    /// <param name="path">Normalized by <see cref="RequestPath"/>.</param>
    public RouteMatch? Find(string host, string path) => ServerOf(host).Find(path);

    private VirtualServer ServerOf(string authority)
    {
        var host = WithoutPort(authority).TrimEnd('.');
        if (_exact.TryGetValue(host, out var server))
        {
            return server;
        }

        if (_wildcards.Count > 0)
        {
            // The longest wildcard wins, so dots are tried from the left.
            for (var dot = host.IndexOf('.'); dot > 0;)
            {
                if (_suffix.TryGetValue(host[dot..], out server))
                {
                    return server;
                }

                var next = host[(dot + 1)..].IndexOf('.');
                dot = next < 0 ? -1 : dot + 1 + next;
            }
        }

        return _catchAll;
    }

    private static ReadOnlySpan<char> WithoutPort(ReadOnlySpan<char> authority)
    {
        if (authority is ['[', ..])
        {
            var end = authority.IndexOf(']');
            return end < 0 ? authority : authority[..(end + 1)];
        }

        var colon = authority.LastIndexOf(':');
        return colon < 0 ? authority : authority[..colon];
    }
}
