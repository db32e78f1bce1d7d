using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.ManagedFields;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary><c>POST</c> of an object.</summary>
internal static class CreateVerb
{
    public static async Task HandleAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, request.Aborted).ConfigureAwait(false)
            ?? throw Statuses.BadRequest("the request has no body").AsException();
        var options = WriteOptions.Of(request);
        var obj = ObjectDecoding.Decode(body, request.Resource, options);
        var created = ObjectCreation.Create(
            request.Core, request.Resource, obj, request.Namespace, options, FieldOwnership.OfCreation(request, options));
        await request.WriteObjectAsync(created, 201).ConfigureAwait(false);
    }
}
