using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.ManagedFields;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary><c>POST</c> of a pod's binding: places it on a node.</summary>
internal static class BindingVerb
{
    public static async Task HandleAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, request.Aborted).ConfigureAwait(false);
        var node = body.Str("target", "name") ?? throw Statuses.BadRequest("target.name: Required value").AsException();
        request = request.Name is null
            ? request with { Name = body.Str("metadata", "name") ?? throw Statuses.BadRequest("metadata.name: Required value").AsException() }
            : request;
        var options = WriteOptions.Of(request) with { Subresource = null };
        var uid = body.Str("metadata", "uid");
        ObjectUpdate.Update(request.Core, request.Resource, request.Key, pod => Bind(request, pod, uid, node), options, FieldOwnership.OfUpdate(request, options));
        await request.Response.WriteStatusAsync(Statuses.Success(), 201).ConfigureAwait(false);
    }

    private static JsonObject Bind(ApiRequest request, JsonObject pod, string? uid, string node)
    {
        if (uid is { Length: > 0 } && uid != pod.Str("metadata", "uid"))
        {
            throw Statuses.Conflict(
                request.Resource.Type, request.Name!, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {pod.Str("metadata", "uid")}").AsException();
        }

        if (pod.Str("spec", "nodeName") is { } bound)
        {
            throw Statuses.Conflict(request.Resource.Type, request.Name!, $"pod {request.Name} is already assigned to node \"{bound}\"").AsException();
        }

        pod.Child("spec")["nodeName"] = node;
        return pod;
    }
}
