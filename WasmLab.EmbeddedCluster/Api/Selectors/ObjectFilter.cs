using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Store;

namespace WasmLab.EmbeddedCluster.Api.Selectors;

/// <summary>Which objects of a resource a list or watch is about.</summary>
internal sealed record ObjectFilter(string? Namespace, string? Name, LabelSelector Labels, FieldSelector Fields, ResourceView? View)
{
    public bool Matches(StoredObject obj) =>
        (Namespace is null || obj.Key.Namespace == Namespace)
        && (Name is null || obj.Key.Name == Name)
        && (Labels.IsEmpty || Labels.Matches(obj.Labels))
        && (Fields.IsEmpty || Fields.Matches(View is null ? obj.Root : Shown(obj)));

    private JsonElement Shown(StoredObject obj) => JsonSerializer.SerializeToElement<JsonNode>(View!.FromStored(obj.ToJson()));
}
