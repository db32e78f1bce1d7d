using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary><c>DELETE</c> of one object.</summary>
internal static class DeleteVerb
{
    public static async Task HandleAsync(ApiRequest request)
    {
        var options = await ReadOptionsAsync(request).ConfigureAwait(false);
        var result = ObjectDeletion.Delete(request.Core, request.Resource, request.Key, options);
        if (result.Gone)
        {
            await request.Response.WriteStatusAsync(
                Statuses.Success(Statuses.Details(request.Resource.Type, request.Name!, result.Object.Uid))).ConfigureAwait(false);
        }
        else
        {
            await request.WriteObjectAsync(result.Object).ConfigureAwait(false);
        }
    }

    /// <summary>Options of the body, or else of the query.</summary>
    public static async Task<DeletionOptions> ReadOptionsAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, request.Aborted).ConfigureAwait(false);
        if (body.Str("kind") is { } kind and not "DeleteOptions")
        {
            throw Statuses.BadRequest($"the body of a deletion is a DeleteOptions, not a {kind}").AsException();
        }

        return Of(body, request);
    }

    public static DeletionOptions Of(JsonObject? body, ApiRequest request)
    {
        var policy = body.Str("propagationPolicy") ?? request.Query("propagationPolicy");
        if (policy is not (null or "Background" or "Foreground" or "Orphan"))
        {
            throw Statuses.BadRequest(
                $"propagationPolicy: Unsupported value: \"{policy}\": supported values: \"Foreground\", \"Background\", \"Orphan\"").AsException();
        }

        return new(
            body.Int("gracePeriodSeconds") ?? request.Number("gracePeriodSeconds"),
            body.Str("preconditions", "uid"),
            body.Str("preconditions", "resourceVersion"),
            request.DryRun || body.Arr("dryRun") is { Count: > 0 });
    }
}
