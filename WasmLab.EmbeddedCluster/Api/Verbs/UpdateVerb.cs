using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.ManagedFields;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary><c>PUT</c> of an object or of a part of it.</summary>
internal static class UpdateVerb
{
    public static async Task HandleAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, request.Aborted).ConfigureAwait(false)
            ?? throw Statuses.BadRequest("the request has no body").AsException();
        var options = WriteOptions.Of(request);
        var obj = ObjectDecoding.Decode(body, request.Resource, options);
        var updated = ObjectUpdate.Update(
            request.Core, request.Resource, request.Key, _ => obj.DeepClone().AsObject(), options, FieldOwnership.OfUpdate(request, options));
        await request.WriteObjectAsync(updated).ConfigureAwait(false);
    }
}
