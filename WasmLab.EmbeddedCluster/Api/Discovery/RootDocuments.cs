using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using WasmLab.EmbeddedCluster.Api.Http;

namespace WasmLab.EmbeddedCluster.Api.Discovery;

/// <summary>Answers for everything that is no resource: version, discovery, OpenAPI.</summary>
internal static class RootDocuments
{
    private static readonly string[] s_first = ["/api", "/api/v1", "/apis"];
    private static readonly string[] s_last = ["/healthz", "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version"];

    public static Task WriteVersionAsync(HttpContext context)
    {
        var numbers = ApiServer.Version.TrimStart('v').Split('.');
        var architecture = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "amd64" : RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        return context.Response.WriteJsonAsync(new JsonObject
        {
            ["major"] = numbers[0],
            ["minor"] = numbers[1],
            ["gitVersion"] = ApiServer.Version,
            ["gitCommit"] = "",
            ["gitTreeState"] = "",
            ["buildDate"] = "1970-01-01T00:00:00Z",
            ["goVersion"] = "",
            ["compiler"] = RuntimeInformation.FrameworkDescription,
            ["platform"] = $"{system}/{architecture}",
        });
    }

    public static Task WriteAsync(HttpContext context, string[] path)
    {
        if (context.Request.Method is not ("GET" or "HEAD"))
        {
            throw Statuses.MethodNotAllowed().AsException();
        }

        switch (path)
        {
            case [""]:
                return WriteDocumentAsync(context, Index());
            case ["api" or "apis"] when WantsAggregated(context):
                return context.Response.WriteJsonAsync(
                    DiscoveryDocuments.Aggregated(core: path[0] == "api"), 200, DiscoveryDocuments.AggregatedMediaType);
            case ["api"]:
                return WriteDocumentAsync(context, DiscoveryDocuments.Core(context.Request.Host.Value ?? ""));
            case ["api", var version]:
                return WriteDocumentAsync(context, DiscoveryDocuments.ResourceList("", version));
            case ["apis"]:
                return WriteDocumentAsync(context, DiscoveryDocuments.GroupList());
            case ["apis", var group]:
                return WriteDocumentAsync(context, DiscoveryDocuments.Group(group));
            case ["apis", var group, var version]:
                return WriteDocumentAsync(context, DiscoveryDocuments.ResourceList(group, version));
            case ["openapi", "v2"]:
                return WriteOpenApiAsync(context, OpenApiDocuments.V2);
            case ["openapi", "v3"]:
                return WriteDocumentAsync(context, OpenApiDocuments.V3Index());
            case ["openapi", "v3", .. var rest]:
                return OpenApiDocuments.V3(string.Join('/', rest)) is { } document
                    ? WriteOpenApiAsync(context, document)
                    : WriteDocumentAsync(context, null);
            default:
                return WriteDocumentAsync(context, null);
        }
    }

    private static JsonObject Index() => new()
    {
        ["paths"] = new JsonArray([.. s_first
            .Concat(DiscoveryDocuments.Groups.SelectMany(entry => new[] { $"/apis/{entry.Group}", $"/apis/{entry.Group}/{entry.Version}" }))
            .Concat(s_last)
            .Select(path => JsonValue.Create(path))]),
    };

    private static bool WantsAggregated(HttpContext context) =>
        context.Request.Headers.Accept.ToString().Split(',').Any(type =>
            type.Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal) && type.Contains("v=v2", StringComparison.Ordinal)
            && !type.Contains("v=v2beta1", StringComparison.Ordinal));

    /// <summary>JSON only: clients that want the old binary form of OpenAPI are told so.</summary>
    private static Task WriteOpenApiAsync(HttpContext context, ReadOnlyMemory<byte> document)
    {
        var accepted = context.Request.Headers.Accept.ToString();
        return accepted.Length > 0 && !accepted.Contains("json", StringComparison.Ordinal) && !accepted.Contains("*/*", StringComparison.Ordinal)
            ? context.Response.WriteStatusAsync(Statuses.NotAcceptable(Responses.JsonMediaType))
            : context.Response.WriteBytesAsync(document);
    }

    private static Task WriteDocumentAsync(HttpContext context, JsonObject? document) => document is null
        ? context.Response.WriteStatusAsync(Statuses.NotFoundPath())
        : context.Response.WriteJsonAsync(document);
}
