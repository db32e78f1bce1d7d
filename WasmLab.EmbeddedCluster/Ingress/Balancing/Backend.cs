using WasmLab.EmbeddedCluster.Ingresses.Forwarding;

namespace WasmLab.EmbeddedCluster.Ingresses.Balancing;

/// <summary>One pod's port, and the pod's name where the slice tells it.</summary>
internal sealed record BackendEndpoint(UpstreamPool Pool, string? Pod)
{
    /// <summary>Address and port as logs show them.</summary>
    public string Address => Pool.Address;
}

/// <summary>A port of a service and the ready endpoints behind it, which change while requests are on their way.</summary>
internal sealed class Backend(string @namespace, string service, string port)
{
    private BackendEndpoint[] _endpoints = [];
    private uint _next;

    public string Namespace { get; } = @namespace;

    public string Service { get; } = service;

    /// <summary>The port as the ingress names it: a name or a number.</summary>
    public string Port { get; } = port;

    /// <summary>As ingress-nginx names upstreams in its access log.</summary>
    public string Name { get; } = $"{@namespace}-{service}-{port}";

    public IReadOnlyList<BackendEndpoint> Endpoints => Volatile.Read(ref _endpoints);

    public void Replace(IEnumerable<BackendEndpoint> endpoints) => Volatile.Write(ref _endpoints, [.. endpoints]);

    /// <summary>The next endpoint in turn that this request has not been tried on.</summary>
    /// <returns>Null when there is none (left).</returns>
    public BackendEndpoint? Next(List<BackendEndpoint>? tried)
    {
        var endpoints = Volatile.Read(ref _endpoints);
        if (endpoints.Length == 1 && tried is null)
        {
            return endpoints[0];
        }

        for (var i = 0; i < endpoints.Length; i++)
        {
            var candidate = endpoints[Interlocked.Increment(ref _next) % (uint)endpoints.Length];
            if (tried is null || !tried.Contains(candidate))
            {
                return candidate;
            }
        }

        return tried is null ? null : Array.Find(endpoints, endpoint => !tried.Contains(endpoint));
    }
}
