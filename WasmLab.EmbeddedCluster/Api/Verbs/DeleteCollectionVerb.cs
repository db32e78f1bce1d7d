using System.Globalization;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Store;
using WasmLab.Kubernetes;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary><c>DELETE</c> of every object that the selectors find.</summary>
internal static class DeleteCollectionVerb
{
    public static async Task HandleAsync(ApiRequest request)
    {
        var filter = request.Filter();
        var options = await DeleteVerb.ReadOptionsAsync(request).ConfigureAwait(false);
        var snapshot = request.Core.Store.List(request.Resource.StorageName)!;
        var deleted = new List<StoredObject>();
        foreach (var obj in snapshot.Objects.Where(filter.Matches))
        {
            try
            {
                deleted.Add(ObjectDeletion.Delete(request.Core, request.Resource, obj.Key, options with { Uid = obj.Uid }).Object);
            }
            catch (KubernetesException exception) when (exception.IsNotFound || exception.IsConflict)
            {
                // Somebody else has deleted, or replaced, it in the meantime.
            }
        }

        var metadata = new JsonObject { ["resourceVersion"] = request.Core.Store.Revision.ToString(CultureInfo.InvariantCulture) };
        await request.WriteListAsync(deleted, metadata).ConfigureAwait(false);
    }
}
