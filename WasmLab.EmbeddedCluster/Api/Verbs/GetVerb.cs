using WasmLab.EmbeddedCluster.Api.Http;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary><c>GET</c> of one object.</summary>
internal static class GetVerb
{
    public static Task HandleAsync(ApiRequest request)
    {
        var found = request.Core.Store.Find(request.Key) ?? throw Statuses.NotFound(request.Resource.Type, request.Name!).AsException();
        return request.WriteObjectAsync(found);
    }
}
