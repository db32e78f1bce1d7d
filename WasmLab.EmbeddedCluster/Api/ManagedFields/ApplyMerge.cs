using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Schemas;

namespace WasmLab.EmbeddedCluster.Api.ManagedFields;

/// <summary>Lays an applied configuration over an object, and takes fields out that nobody wants any more.</summary>
internal static class ApplyMerge
{
    /// <summary>Changes the object to have everything that the configuration has.</summary>
    public static void Merge(JsonObject live, JsonObject applied, SchemaType type)
    {
        foreach (var (name, value) in applied)
        {
            var field = FieldType(type, name);
            if (value is null || field is null)
            {
                continue;
            }

            if (live[name] is { } existing)
            {
                Merge(live, name, existing, value, field);
            }
            else
            {
                live[name] = value.DeepClone();
            }
        }
    }

    /// <summary>Takes fields out.</summary>
    /// <param name="obj">The object.</param>
    /// <param name="remove">The fields.</param>
    /// <param name="keep">Fields that somebody owns: what holds one of them stays.</param>
    /// <param name="type">The object's schema.</param>
    public static void Prune(JsonObject obj, FieldSet remove, FieldSet? keep, SchemaType type)
    {
        foreach (var (step, child) in remove.Children)
        {
            var name = step[2..];
            if (obj[name] is not { } value || FieldType(type, name) is not { } field)
            {
                continue;
            }

            var kept = keep?.Find(step);
            if (child.Member && kept is null or { IsEmpty: true })
            {
                obj.Remove(name);
            }
            else
            {
                PruneValue(value, child, kept, field);
            }
        }
    }

    private static void Merge(JsonObject live, string name, JsonNode existing, JsonNode value, SchemaType type)
    {
        switch (type, existing, value)
        {
            case (StructType { Atomic: false } or MapType { Atomic: false }, JsonObject mine, JsonObject theirs):
                Merge(mine, theirs, type);
                break;
            case (ListType { Kind: not ListKind.Atomic } list, JsonArray mine, JsonArray theirs):
                live[name] = Merge(mine, theirs, list);
                break;
            default:
                live[name] = value.DeepClone();
                break;
        }
    }

    /// <summary>Items that are there keep their order, unless the configuration names them all and so decides it.</summary>
    private static JsonArray Merge(JsonArray live, JsonArray applied, ListType list)
    {
        var items = ListKeys.Steps(live, list);
        var wanted = ListKeys.Steps(applied, list);
        var order = items.Keys.All(wanted.ContainsKey) ? wanted.Keys.ToList() : [.. items.Keys, .. wanted.Keys.Where(step => !items.ContainsKey(step))];
        var result = new JsonArray();
        foreach (var step in order)
        {
            var item = (items.GetValueOrDefault(step) ?? wanted[step]).DeepClone();
            if (item is JsonObject obj && wanted.GetValueOrDefault(step) is JsonObject theirs)
            {
                Merge(obj, theirs, list.Item);
            }

            result.Add(item);
        }

        return result;
    }

    private static void PruneValue(JsonNode value, FieldSet remove, FieldSet? keep, SchemaType type)
    {
        switch (type, value)
        {
            case (StructType { Atomic: false } or MapType { Atomic: false }, JsonObject obj):
                Prune(obj, remove, keep, type);
                break;
            case (ListType { Kind: not ListKind.Atomic } list, JsonArray array):
                foreach (var (step, item) in ListKeys.Steps(array, list))
                {
                    if (remove.Find(step) is not { } child)
                    {
                        continue;
                    }

                    var kept = keep?.Find(step);
                    if (child.Member && kept is null or { IsEmpty: true })
                    {
                        array.Remove(item);
                    }
                    else if (item is JsonObject obj)
                    {
                        Prune(obj, child, kept, list.Item);
                    }
                }

                break;
        }
    }

    private static SchemaType? FieldType(SchemaType type, string name) => type switch
    {
        StructType one => one.Field(name)?.Type,
        MapType map => map.Value,
        _ => null,
    };
}
