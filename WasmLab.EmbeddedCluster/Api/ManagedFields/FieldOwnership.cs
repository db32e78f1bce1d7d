using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Schemas;
using WasmLab.EmbeddedCluster.Api.Verbs;

namespace WasmLab.EmbeddedCluster.Api.ManagedFields;

/// <summary>Records who owns which fields after writes that are no server-side apply.</summary>
internal static class FieldOwnership
{
    /// <summary>Who creates an object owns all of it.</summary>
    public static Action<JsonObject> OfCreation(ApiRequest request, WriteOptions options) => obj =>
    {
        var fields = FieldSets.Of(obj, SchemaOf(request), withContainers: true);
        if (request.Resource.HasStatus)
        {
            fields.Remove("f:status");
        }

        ManagerEntry.Write(obj, [Entry(request, options) with { Fields = fields }]);
    };

    /// <summary>Who changes a field takes it over from everybody else.</summary>
    public static Action<JsonObject, JsonObject> OfUpdate(ApiRequest request, WriteOptions options) => (obj, old) =>
    {
        var changes = FieldSets.Compare(old, obj, SchemaOf(request));
        if (changes.Set.IsEmpty && changes.Removed.IsEmpty)
        {
            return;
        }

        ManagerEntry.Write(obj, Take(ManagerEntry.Read(obj), Entry(request, options), changes));
    };

    /// <summary>The schema in which the object is stored.</summary>
    public static StructType SchemaOf(ApiRequest request) => request.Resource.View is { } view
        ? ResourceRegistry.All.First(resource => resource.QualifiedName == view.Storage).Schema
        : request.Resource.Schema;

    private static IEnumerable<ManagerEntry> Take(List<ManagerEntry> entries, ManagerEntry self, FieldChanges changes)
    {
        var taken = false;
        foreach (var entry in entries)
        {
            if (entry.IsSame(self))
            {
                taken = true;
                var fields = entry.Fields.Minus(changes.Removed).Union(changes.Set);
                yield return entry with { Fields = fields, Time = self.Time };
            }
            else
            {
                yield return entry with { Fields = entry.Fields.Minus(changes.Removed).Minus(changes.Set) };
            }
        }

        if (!taken)
        {
            yield return self with { Fields = changes.Set };
        }
    }

    private static ManagerEntry Entry(ApiRequest request, WriteOptions options) => new(
        options.Manager, ManagerEntry.Update, request.Resource.Type.ApiVersion, options.Subresource, request.Core.Time.GetUtcNow().ToApiTime(), new());
}
