using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Schemas;
using WasmLab.Kubernetes;

namespace WasmLab.EmbeddedCluster.Api.ManagedFields;

/// <summary>Names items of lists by what tells them apart.</summary>
internal static class ListKeys
{
    /// <summary>The step of each item of a list that is a map or a set; of items alike the last one counts.</summary>
    public static Dictionary<string, JsonNode> Steps(JsonArray array, ListType list)
    {
        var steps = new Dictionary<string, JsonNode>(StringComparer.Ordinal);
        foreach (var item in array)
        {
            if (item is not null)
            {
                steps[Step(item, list)] = item;
            }
        }

        return steps;
    }

    public static string Step(JsonNode item, ListType list)
    {
        if (list.Kind == ListKind.Set)
        {
            return $"v:{item.ToJsonString(KubernetesJson.Options)}";
        }

        var keys = new JsonObject();
        foreach (var key in list.Keys.Order(StringComparer.Ordinal))
        {
            var value = (item as JsonObject)?[key]?.DeepClone() ?? Default(list, key);
            if (value is not null)
            {
                keys[key] = value;
            }
        }

        return $"k:{keys.ToJsonString(KubernetesJson.Options)}";
    }

    private static JsonValue? Default(ListType list, string key) =>
        (list.Item as StructType)?.Field(key)?.Default is { } text ? JsonValue.Create(text) : null;
}
