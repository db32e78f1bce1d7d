using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Kubernetes;

/// <summary>A typed client of one Kubernetes API server.</summary>
public sealed partial class KubernetesClient : IDisposable
{
    private readonly KubernetesTransport _transport;
    private readonly ResourceDiscovery _discovery;

    /// <summary>A client that sends through the given transport, which it disposes of.</summary>
    /// <param name="http">The network, or a handler that skips it.</param>
    /// <param name="server">Address of the server; may have a path.</param>
    public KubernetesClient(HttpMessageInvoker http, Uri server)
    {
        _transport = new(http, server);
        _discovery = new(_transport);
    }

    /// <summary>Address of the server.</summary>
    public Uri Server => _transport.Server;

    /// <summary>A client for a context of a kubeconfig.</summary>
    /// <param name="config">The kubeconfig.</param>
    /// <param name="context">The context; null is the current one.</param>
    public static KubernetesClient Connect(KubeConfig config, string? context = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        return KubeConfigTransport.Connect(config, context);
    }

    /// <summary>An object, or null when there is none of that name.</summary>
    public async Task<T?> FindAsync<T>(string name, string? ns = null, CancellationToken ct = default)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        try
        {
            return await GetAsync<T>(name, ns, ct).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>An object.</summary>
    /// <exception cref="KubernetesException">The server refused, or has no such object.</exception>
    public async Task<T> GetAsync<T>(string name, string? ns = null, CancellationToken ct = default)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        var type = await TypeAsync<T>(ct).ConfigureAwait(false);
        return await _transport.SendAsync<T>(HttpMethod.Get, type.Path(ns, name), null, ct).ConfigureAwait(false);
    }

    /// <summary>The objects of a kind.</summary>
    /// <param name="ns">The namespace; null is all of them.</param>
    /// <param name="options">Which objects; null is all.</param>
    /// <param name="ct">Ends the request.</param>
    public async Task<KubernetesList<T>> ListAsync<T>(string? ns = null, ListOptions? options = null, CancellationToken ct = default)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        var type = await TypeAsync<T>(ct).ConfigureAwait(false);
        return await _transport.SendAsync<KubernetesList<T>>(HttpMethod.Get, type.Path(ns) + Query(Selectors(options)), null, ct).ConfigureAwait(false);
    }

    /// <summary>Changes from a resource version on, until the server ends the stream (which is no error) or the caller stops.</summary>
    /// <param name="ns">The namespace; null is all of them.</param>
    /// <param name="resourceVersion">Of a list; null begins with every object as added.</param>
    /// <param name="options">Which objects; null is all.</param>
    /// <param name="ct">Ends the stream.</param>
    /// <exception cref="KubernetesException">The server reports an error; <see cref="KubernetesException.IsGone"/> asks for a new list.</exception>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        string? ns, string? resourceVersion, ListOptions? options = null, [EnumeratorCancellation] CancellationToken ct = default)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        var type = await TypeAsync<T>(ct).ConfigureAwait(false);
        var query = Query([.. Selectors(options), ("watch", "true"), ("allowWatchBookmarks", "true"), ("resourceVersion", resourceVersion)]);
        await foreach (var change in WatchStream.ReadAsync<T>(_transport, type.Path(ns) + query, ct).ConfigureAwait(false))
        {
            yield return change;
        }
    }

    /// <summary>Creates an object; its namespace is that of its metadata.</summary>
    public async Task<T> CreateAsync<T>(T obj, CancellationToken ct = default)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        ArgumentNullException.ThrowIfNull(obj);
        var type = await TypeAsync<T>(ct).ConfigureAwait(false);
        return await _transport.SendAsync<T>(HttpMethod.Post, type.Path(obj.Metadata.Namespace), Json(obj, type), ct).ConfigureAwait(false);
    }

    /// <summary>Replaces an object; with a resource version, only if it has not changed since.</summary>
    public async Task<T> ReplaceAsync<T>(T obj, CancellationToken ct = default)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        ArgumentNullException.ThrowIfNull(obj);
        var type = await TypeAsync<T>(ct).ConfigureAwait(false);
        return await _transport.SendAsync<T>(HttpMethod.Put, type.Path(obj.Metadata.Namespace, obj.Metadata.Name), Json(obj, type), ct).ConfigureAwait(false);
    }

    /// <summary>Replaces an object's status; with a resource version, only if it has not changed since.</summary>
    public async Task<T> ReplaceStatusAsync<T>(T obj, CancellationToken ct = default)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        ArgumentNullException.ThrowIfNull(obj);
        var type = await TypeAsync<T>(ct).ConfigureAwait(false);
        return await _transport.SendAsync<T>(HttpMethod.Put, type.Path(obj.Metadata.Namespace, obj.Metadata.Name, "status"), Json(obj, type), ct).ConfigureAwait(false);
    }

    /// <summary>Binds a pod to a node, as a scheduler does; refused with a conflict when it is bound already.</summary>
    public async Task BindAsync(Pod pod, string node, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(pod);
        var binding = new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Binding",
            ["metadata"] = new JsonObject { ["name"] = pod.Metadata.Name, ["namespace"] = pod.Metadata.Namespace, ["uid"] = pod.Metadata.Uid },
            ["target"] = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["name"] = node },
        };
        var path = Pod.Type.Path(pod.Metadata.Namespace, pod.Metadata.Name, "binding");
        using var response = await _transport.SendAsync(HttpMethod.Post, path, Json(binding), ct).ConfigureAwait(false);
    }

    /// <summary>Replaces the finalizers in a namespace's spec; without any, a namespace that is being deleted goes.</summary>
    public Task<Namespace> FinalizeAsync(Namespace ns, CancellationToken ct = default)
    {
        ArgumentNullException.ThrowIfNull(ns);
        return _transport.SendAsync<Namespace>(HttpMethod.Put, Namespace.Type.Path(null, ns.Metadata.Name, "finalize"), Json(ns), ct);
    }

    /// <summary>Changes the fields of an object that a merge patch (RFC 7386) names.</summary>
    public async Task<T> PatchAsync<T>(string name, string? ns, JsonNode mergePatch, string? subresource = null, CancellationToken ct = default)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        var type = await TypeAsync<T>(ct).ConfigureAwait(false);
        var body = Json(mergePatch, "application/merge-patch+json");
        return await _transport.SendAsync<T>(HttpMethod.Patch, type.Path(ns, name, subresource), body, ct).ConfigureAwait(false);
    }

    /// <summary>Makes the fields of an object as given (server-side apply), whoever else owns them; creates it if need be.</summary>
    public async Task<T> ApplyAsync<T>(T obj, string fieldManager, CancellationToken ct = default)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        ArgumentNullException.ThrowIfNull(obj);
        var type = await TypeAsync<T>(ct).ConfigureAwait(false);
        var path = type.Path(obj.Metadata.Namespace, obj.Metadata.Name) + ApplyQuery(fieldManager);
        return await _transport.SendAsync<T>(HttpMethod.Patch, path, Json(obj, type, "application/apply-patch+yaml"), ct).ConfigureAwait(false);
    }

    /// <summary>As <see cref="ApplyAsync{T}"/>, for a manifest of any kind that the server has.</summary>
    /// <param name="manifest">The object.</param>
    /// <param name="fieldManager">Who owns the fields.</param>
    /// <param name="defaultNamespace">For namespaced objects that name none; null is <c>default</c>.</param>
    /// <param name="ct">Ends the request.</param>
    public async Task<JsonObject> ApplyAsync(
        JsonObject manifest, string fieldManager, string? defaultNamespace = null, CancellationToken ct = default)
    {
        var (type, ns, name) = await AddressAsync(manifest, defaultNamespace, ct).ConfigureAwait(false);
        var body = manifest.DeepClone().AsObject();
        if (type.Namespaced)
        {
            body["metadata"]!["namespace"] = ns;
        }

        return await _transport.SendAsync<JsonObject>(
            HttpMethod.Patch, type.Path(ns, name) + ApplyQuery(fieldManager), Json(body, "application/apply-patch+yaml"), ct).ConfigureAwait(false);
    }

    /// <summary>The object of a manifest of any kind as the server has it, or null.</summary>
    public async Task<JsonObject?> FindAsync(JsonObject manifest, string? defaultNamespace = null, CancellationToken ct = default)
    {
        var (type, ns, name) = await AddressAsync(manifest, defaultNamespace, ct).ConfigureAwait(false);
        try
        {
            return await _transport.SendAsync<JsonObject>(HttpMethod.Get, type.Path(ns, name), null, ct).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>Deletes the object of a manifest of any kind; one that is not there is no error.</summary>
    public async Task DeleteAsync(
        JsonObject manifest, string? defaultNamespace = null, DeleteOptions? options = null, CancellationToken ct = default)
    {
        var (type, ns, name) = await AddressAsync(manifest, defaultNamespace, ct).ConfigureAwait(false);
        await DeleteAsync(type.Path(ns, name), options, ct).ConfigureAwait(false);
    }

    /// <summary>Deletes an object; one that is not there is no error.</summary>
    public async Task DeleteAsync<T>(string name, string? ns = null, DeleteOptions? options = null, CancellationToken ct = default)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        var type = await TypeAsync<T>(ct).ConfigureAwait(false);
        await DeleteAsync(type.Path(ns, name), options, ct).ConfigureAwait(false);
    }

    /// <summary>The log of a container.</summary>
    public async Task<Stream> ReadLogAsync(string pod, string ns, LogOptions? options = null, CancellationToken ct = default)
    {
        options ??= new();
        var query = Query([
            ("container", options.Container),
            ("follow", options.Follow ? "true" : null),
            ("previous", options.Previous ? "true" : null),
            ("timestamps", options.Timestamps ? "true" : null),
            ("tailLines", options.TailLines?.ToString(CultureInfo.InvariantCulture)),
            ("sinceSeconds", options.SinceSeconds?.ToString(CultureInfo.InvariantCulture)),
            ("sinceTime", options.SinceTime?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture)),
            ("limitBytes", options.LimitBytes?.ToString(CultureInfo.InvariantCulture))]);
        var response = await _transport.SendAsync(HttpMethod.Get, Pod.Type.Path(ns, pod, "log") + query, null, ct).ConfigureAwait(false);
        return new ResponseStream(response, await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false));
    }

    /// <summary>The server's version.</summary>
    public Task<VersionInfo> GetVersionAsync(CancellationToken ct = default) =>
        _transport.SendAsync<VersionInfo>(HttpMethod.Get, "/version", null, ct);

    /// <summary>What <c>/readyz</c> says: <c>ok</c>.</summary>
    /// <exception cref="KubernetesException">The server is not ready.</exception>
    public async Task<string> GetReadyzAsync(CancellationToken ct = default)
    {
        using var response = await _transport.SendAsync(HttpMethod.Get, "/readyz", null, ct).ConfigureAwait(false);
        return await response.Content.ReadAsStringAsync(ct).ConfigureAwait(false);
    }

    /// <summary>Whether the server has a kind, in any version that its type knows.</summary>
    public async Task<bool> ServesAsync<T>(CancellationToken ct = default)
        where T : KubernetesObject, IKubernetesKind<T>, new() =>
        await _discovery.FindServedAsync(T.Type, T.OlderVersions, ct).ConfigureAwait(false) is not null;

    /// <inheritdoc/>
    public void Dispose() => _transport.Dispose();

    /// <summary>The kind as this server has it: only a kind that has older versions makes it ask the server, once.</summary>
    private ValueTask<ResourceType> TypeAsync<T>(CancellationToken ct)
        where T : KubernetesObject, IKubernetesKind<T>, new() =>
        T.OlderVersions.Count == 0 ? new(T.Type) : _discovery.ServedAsync(T.Type, T.OlderVersions, ct);

    private async Task<(ResourceType Type, string? Ns, string Name)> AddressAsync(
        JsonObject manifest, string? defaultNamespace, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        var apiVersion = (string?)manifest["apiVersion"] ?? throw new FormatException("the manifest has no apiVersion");
        var kind = (string?)manifest["kind"] ?? throw new FormatException("the manifest has no kind");
        var name = (string?)manifest["metadata"]?["name"] ?? throw new FormatException($"the {kind} has no metadata.name");
        var type = await _discovery.FindAsync(apiVersion, kind, ct).ConfigureAwait(false);
        return (type, type.Namespaced ? (string?)manifest["metadata"]?["namespace"] ?? defaultNamespace ?? "default" : null, name);
    }

    private async Task DeleteAsync(string path, DeleteOptions? options, CancellationToken ct)
    {
        var body = new JsonObject { ["kind"] = "DeleteOptions", ["apiVersion"] = "v1" };
        if (options?.GracePeriodSeconds is { } grace)
        {
            body["gracePeriodSeconds"] = grace;
        }

        if (options?.PropagationPolicy is { } policy)
        {
            body["propagationPolicy"] = policy;
        }

        if (options?.Uid is { } uid)
        {
            body["preconditions"] = new JsonObject { ["uid"] = uid };
        }

        try
        {
            using var response = await _transport.SendAsync(HttpMethod.Delete, path, Json(body), ct).ConfigureAwait(false);
        }
        catch (KubernetesException exception) when (exception.IsNotFound)
        {
            // Gone already, which is what was asked for.
        }
    }

    private static string ApplyQuery(string fieldManager) => Query([("fieldManager", fieldManager), ("force", "true")]);

    private static (string, string?)[] Selectors(ListOptions? options) =>
        [("labelSelector", options?.LabelSelector), ("fieldSelector", options?.FieldSelector)];

    private static string Query((string Name, string? Value)[] parameters)
    {
        var given = parameters.Where(parameter => parameter.Value is not null)
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}");
        var query = string.Join('&', given);
        return query.Length == 0 ? "" : "?" + query;
    }

    /// <summary>An object, in the version that the server has.</summary>
    private static ByteArrayContent Json<T>(T obj, ResourceType type, string mediaType = "application/json")
        where T : KubernetesObject
    {
        if (obj.ApiVersion == type.ApiVersion)
        {
            return Json(obj, mediaType);
        }

        var body = JsonSerializer.SerializeToNode(obj, KubernetesJson.Options)!;
        body["apiVersion"] = type.ApiVersion;
        return Json(body, mediaType);
    }

    private static ByteArrayContent Json<T>(T body, string mediaType = "application/json") =>
        new(JsonSerializer.SerializeToUtf8Bytes(body, KubernetesJson.Options))
        {
            Headers = { ContentType = new MediaTypeHeaderValue(mediaType) },
        };
}
