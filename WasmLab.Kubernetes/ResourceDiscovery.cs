using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Kubernetes;

/// <summary>Finds the REST resource of a kind by asking the server, once a group version.</summary>
internal sealed class ResourceDiscovery(KubernetesTransport transport)
{
    private readonly ConcurrentDictionary<(string ApiVersion, string Kind), ResourceType> _known = new();
    private readonly ConcurrentDictionary<ResourceType, ResourceType> _served = new();

    public async Task<ResourceType> FindAsync(string apiVersion, string kind, CancellationToken ct)
    {
        if (_known.TryGetValue((apiVersion, kind), out var type))
        {
            return type;
        }

        await LoadAsync(apiVersion, kind, ct).ConfigureAwait(false);
        return _known.TryGetValue((apiVersion, kind), out type) ? type : throw Unknown(apiVersion, kind);
    }

    /// <summary>A kind in the newest version that the server has of those given; as given when it has none, so that the request itself tells.</summary>
    /// <param name="newest">The kind in its newest version.</param>
    /// <param name="older">Its older versions, newest first.</param>
    /// <param name="ct">Ends the request.</param>
    public async ValueTask<ResourceType> ServedAsync(ResourceType newest, IReadOnlyList<string> older, CancellationToken ct) =>
        await FindServedAsync(newest, older, ct).ConfigureAwait(false) ?? newest;

    /// <summary>As <see cref="ServedAsync"/>; null when the server has none of the versions.</summary>
    public async ValueTask<ResourceType?> FindServedAsync(ResourceType newest, IReadOnlyList<string> older, CancellationToken ct)
    {
        if (_served.TryGetValue(newest, out var served))
        {
            return served;
        }

        foreach (var version in older.Prepend(newest.Version))
        {
            var candidate = newest with { Version = version };
            if (await IsServedAsync(candidate, ct).ConfigureAwait(false))
            {
                return _served.GetOrAdd(newest, candidate);
            }
        }

        return null;
    }

    private async Task<bool> IsServedAsync(ResourceType type, CancellationToken ct)
    {
        try
        {
            var list = await transport.SendAsync<JsonObject>(HttpMethod.Get, type.GroupPath, null, ct).ConfigureAwait(false);
            return list["resources"]!.AsArray().Any(resource => (string?)resource!["name"] == type.Plural);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            return false;
        }
    }

    private async Task LoadAsync(string apiVersion, string kind, CancellationToken ct)
    {
        var slash = apiVersion.IndexOf('/', StringComparison.Ordinal);
        var group = slash < 0 ? "" : apiVersion[..slash];
        var version = apiVersion[(slash + 1)..];
        JsonObject list;
        try
        {
            list = await transport.SendAsync<JsonObject>(
                HttpMethod.Get, slash < 0 ? $"/api/{version}" : $"/apis/{apiVersion}", null, ct).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            throw Unknown(apiVersion, kind);
        }

        foreach (var resource in list["resources"]!.AsArray())
        {
            var plural = (string)resource!["name"]!;
            if (!plural.Contains('/', StringComparison.Ordinal))
            {
                var resourceKind = (string)resource["kind"]!;
                _known[(apiVersion, resourceKind)] = new(group, version, resourceKind, plural, (bool)resource["namespaced"]!);
            }
        }
    }

    private static KubernetesException Unknown(string apiVersion, string kind) => new(new Status
    {
        Outcome = "Failure",
        Reason = "NotFound",
        Code = 404,
        Message = $"no matches for kind \"{kind}\" in version \"{apiVersion}\": the server does not serve it",
    });
}
