using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary><c>POST</c> of a pod's eviction, as <c>kubectl drain</c> does it. No disruption budgets are served, so none forbids it.</summary>
internal static class EvictionVerb
{
    public static async Task HandleAsync(ApiRequest request)
    {
        var body = await RequestBody.ReadObjectAsync(request.Http.Request, request.Aborted).ConfigureAwait(false);
        ObjectDeletion.Delete(request.Core, request.Resource, request.Key, DeleteVerb.Of(body.Obj("deleteOptions"), request));
        await request.Response.WriteStatusAsync(Statuses.Success(), 201).ConfigureAwait(false);
    }
}
