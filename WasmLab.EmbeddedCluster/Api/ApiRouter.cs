using Microsoft.AspNetCore.Http;
using WasmLab.EmbeddedCluster.Api.Discovery;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Pki;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Verbs;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api;

/// <summary>Leads paths to verbs: <c>/api/v1/namespaces/NS/pods/NAME/log</c>.</summary>
internal static class ApiRouter
{
    public static Task HandleAsync(ApiCore core, HttpContext context, CancellationToken aborted)
    {
        var path = context.Request.Path.Value!.Trim('/').Split('/');
        return path switch
        {
            ["healthz" or "livez" or "readyz", ..] => context.Response.WriteTextAsync("ok"),
            ["version"] => RootDocuments.WriteVersionAsync(context),
            ["api", var version, _, ..] => RouteAsync(core, context, "", version, path[2..], aborted),
            ["apis", var group, var version, _, ..] => RouteAsync(core, context, group, version, path[3..], aborted),
            ["" or "api" or "apis" or "openapi", ..] => RootDocuments.WriteAsync(context, path),
            _ => context.Response.WriteStatusAsync(Statuses.NotFoundPath()),
        };
    }

    private static Task RouteAsync(ApiCore core, HttpContext context, string group, string version, string[] path, CancellationToken aborted)
    {
        if (path is [var review] && ReviewResources.Contains(group, version, review))
        {
            return ReviewAsync(context, review, aborted);
        }

        // "namespaces" is both a scope and a resource with subresources of its own.
        var (ns, rest) = path is ["namespaces", var scope, var first, ..] && first is not ("status" or "finalize")
            ? (scope, path[2..])
            : ((string?)null, path);
        if (ns is not null && rest is ["bindings"] && group.Length == 0)
        {
            // The older way to bind: the body, not the path, names the pod.
            var binding = new ApiRequest(core, context, ResourceRegistry.Of(Pod.Type), ns, null, "binding") { Aborted = aborted };
            return context.Request.Method == "POST" ? BindingVerb.HandleAsync(binding) : throw Statuses.MethodNotAllowed().AsException();
        }

        var resource = ResourceRegistry.Find(group, version, rest[0]);
        if (resource is null || rest.Length > 3 || (ns is not null && !resource.Type.Namespaced) || (rest.Length > 1 && ns is null && resource.Type.Namespaced))
        {
            return context.Response.WriteStatusAsync(Statuses.NotFoundPath());
        }

        var request = new ApiRequest(core, context, resource, ns, rest.ElementAtOrDefault(1), rest.ElementAtOrDefault(2)) { Aborted = aborted };
        return request.Name is null ? CollectionAsync(request) : request.Subresource is null ? ObjectAsync(request) : SubresourceAsync(request);
    }

    private static Task CollectionAsync(ApiRequest request) => request.Http.Request.Method switch
    {
        "GET" when request.Flag("watch") => WatchVerb.HandleAsync(request),
        "GET" => ListVerb.HandleAsync(request),
        "POST" when request.Namespace is not null || !request.Resource.Type.Namespaced => CreateVerb.HandleAsync(request),
        "DELETE" when request.Namespace is not null || !request.Resource.Type.Namespaced => DeleteCollectionVerb.HandleAsync(request),
        _ => throw Statuses.MethodNotAllowed().AsException(),
    };

    private static Task ObjectAsync(ApiRequest request) => request.Http.Request.Method switch
    {
        "GET" when request.Flag("watch") => WatchVerb.HandleAsync(request),
        "GET" => GetVerb.HandleAsync(request),
        "PUT" => UpdateVerb.HandleAsync(request),
        "PATCH" => PatchVerb.HandleAsync(request),
        "DELETE" => DeleteVerb.HandleAsync(request),
        _ => throw Statuses.MethodNotAllowed().AsException(),
    };

    private static Task SubresourceAsync(ApiRequest request) => (request.Subresource, request.Http.Request.Method) switch
    {
        ("status", "GET") when request.Resource.HasStatus => GetVerb.HandleAsync(request),
        ("status", "PUT") when request.Resource.HasStatus => UpdateVerb.HandleAsync(request),
        ("status", "PATCH") when request.Resource.HasStatus => PatchVerb.HandleAsync(request),
        ("finalize", "PUT") when Serves(request) => UpdateVerb.HandleAsync(request),
        ("finalize", "PATCH") when Serves(request) => PatchVerb.HandleAsync(request),
        ("log", "GET") when Serves(request) => LogVerb.HandleAsync(request),
        ("portforward", "GET" or "POST") when Serves(request) => PortForwardVerb.HandleAsync(request),
        ("binding", "POST") when Serves(request) => BindingVerb.HandleAsync(request),
        ("eviction", "POST") when Serves(request) => EvictionVerb.HandleAsync(request),
        _ when Serves(request) || (request.Subresource == "status" && request.Resource.HasStatus) => throw Statuses.MethodNotAllowed().AsException(),
        _ => throw Statuses.NotFoundPath().AsException(),
    };

    private static bool Serves(ApiRequest request) => request.Resource.Subresources.Any(part => part.Name == request.Subresource);

    private static async Task ReviewAsync(HttpContext context, string plural, CancellationToken aborted)
    {
        if (context.Request.Method != "POST")
        {
            throw Statuses.MethodNotAllowed().AsException();
        }

        var asked = await RequestBody.ReadObjectAsync(context.Request, aborted).ConfigureAwait(false);
        await context.Response.WriteJsonAsync(
            ReviewResources.Answer(plural, asked, context.Features.Get<ClientIdentity>()!), 201).ConfigureAwait(false);
    }
}
