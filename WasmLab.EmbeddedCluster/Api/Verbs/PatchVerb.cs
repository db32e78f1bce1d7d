using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.ManagedFields;
using WasmLab.EmbeddedCluster.Api.Patching;
using WasmLab.EmbeddedCluster.Api.Store;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary><c>PATCH</c> of an object or of a part of it, by any of the four kinds of patches.</summary>
internal static class PatchVerb
{
    private const string Json = "application/json-patch+json";
    private const string Merge = "application/merge-patch+json";
    private const string Strategic = "application/strategic-merge-patch+json";
    private const string Apply = "application/apply-patch+yaml";

    public static async Task HandleAsync(ApiRequest request)
    {
        var media = RequestBody.MediaType(request.Http.Request);
        if (media is not (Json or Merge or Strategic or Apply))
        {
            throw Statuses.UnsupportedMediaType($"{Json}, {Merge}, {Strategic}, {Apply}").AsException();
        }

        var bytes = await RequestBody.ReadBytesAsync(request.Http.Request, request.Aborted).ConfigureAwait(false);
        var patch = RequestBody.Parse(bytes, yaml: media == Apply);
        var options = WriteOptions.Of(request);
        if (media == Apply)
        {
            await ApplyAsync(request, patch as JsonObject ?? throw NoObject(), options).ConfigureAwait(false);
            return;
        }

        var updated = ObjectUpdate.Update(
            request.Core, request.Resource, request.Key, old => Patched(request, old, patch, media, options), options, FieldOwnership.OfUpdate(request, options));
        await request.WriteObjectAsync(updated).ConfigureAwait(false);
    }

    private static JsonObject Patched(ApiRequest request, JsonObject old, JsonNode? patch, string media, WriteOptions options)
    {
        var target = request.Resource.View?.FromStored(old) ?? old;
        try
        {
            var patched = media switch
            {
                Json => JsonPatch.Apply(target, patch as JsonArray ?? throw new PatchException(true, "a JSON patch is a list of operations")),
                Merge => MergePatch.Apply(target, patch as JsonObject ?? throw NoObject()),
                _ => StrategicMergePatch.Apply(target, patch as JsonObject ?? throw NoObject(), request.Resource.Schema),
            };
            return ObjectDecoding.Decode(patched as JsonObject ?? throw NoObject(), request.Resource, options);
        }
        catch (PatchException exception) when (exception.Malformed)
        {
            throw Statuses.BadRequest(exception.Message).AsException(exception);
        }
        catch (PatchException exception)
        {
            var status = Statuses.Invalid(request.Resource.Type, request.Name!, []);
            status.Message = $"the server rejected our request due to an error in our request: {exception.Message}";
            throw status.AsException(exception);
        }
    }

    private static async Task ApplyAsync(ApiRequest request, JsonObject body, WriteOptions options)
    {
        Check(request, body);
        var configuration = ObjectDecoding.Decode(body, request.Resource, options);
        var apply = new ServerSideApply(request, configuration, options);
        if (request.Core.Store.Find(request.Key) is null && request.Subresource is null
            && TryCreate(request, configuration, options, apply) is { } created)
        {
            await request.WriteObjectAsync(created, 201).ConfigureAwait(false);
            return;
        }

        var updated = ObjectUpdate.Update(request.Core, request.Resource, request.Key, apply.Apply, options, apply.Own);
        await request.WriteObjectAsync(updated, 200).ConfigureAwait(false);
    }

    /// <returns>Null when another request was faster: its object is there to be applied to.</returns>
    private static StoredObject? TryCreate(ApiRequest request, JsonObject configuration, WriteOptions options, ServerSideApply apply)
    {
        if (configuration.Str("metadata", "resourceVersion") is not null || configuration.Str("metadata", "uid") is not null)
        {
            throw Statuses.Conflict(request.Resource.Type, request.Name!, "the object does not exist, but the configuration names its resourceVersion or uid").AsException();
        }

        configuration.Child("metadata")["name"] = request.Name;
        try
        {
            return ObjectCreation.Create(request.Core, request.Resource, configuration, request.Namespace, options, apply.OwnCreation);
        }
        catch (Kubernetes.KubernetesException exception) when (exception.Reason == "AlreadyExists")
        {
            return null;
        }
    }

    private static void Check(ApiRequest request, JsonObject body)
    {
        if (request.Query("fieldManager") is null)
        {
            throw Statuses.BadRequest("PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch").AsException();
        }

        if (body.Str("apiVersion") is null || body.Str("kind") is null)
        {
            throw Statuses.BadRequest("an applied configuration needs apiVersion and kind").AsException();
        }

        if (body.Arr("metadata", "managedFields") is { Count: > 0 })
        {
            throw Statuses.BadRequest("metadata.managedFields must be nil").AsException();
        }

        if (body.Str("metadata", "name") is { } name && name != request.Name)
        {
            throw Statuses.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Name})").AsException();
        }
    }

    private static Kubernetes.KubernetesException NoObject() => Statuses.BadRequest("the patch is no object").AsException();
}
