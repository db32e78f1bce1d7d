using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Schemas;

namespace WasmLab.EmbeddedCluster.Api.ManagedFields;

/// <summary>Fields that changed between two states.</summary>
/// <param name="Set">Added, or given another value.</param>
/// <param name="Removed">There no more.</param>
internal sealed record FieldChanges(FieldSet Set, FieldSet Removed);

/// <summary>Finds out which fields an object has, and which differ between two.</summary>
internal static class FieldSets
{
    private static readonly string[] s_unowned =
    [
        "name", "namespace", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "managedFields",
        "resourceVersion", "selfLink",
    ];

    /// <summary>The fields of an object that somebody can own.</summary>
    /// <param name="obj">The object.</param>
    /// <param name="type">Its schema.</param>
    /// <param name="withContainers">Whether the objects and lists around fields count too, as they do for those who created them.</param>
    public static FieldSet Of(JsonObject obj, StructType type, bool withContainers = false)
    {
        var set = new FieldSet();
        Collect(obj, type, set, withContainers);
        set.Member = false;
        return Strip(set);
    }

    /// <summary>The fields that differ.</summary>
    public static FieldChanges Compare(JsonObject old, JsonObject obj, StructType type)
    {
        var (set, removed) = (new FieldSet(), new FieldSet());
        Compare(old, obj, type, set, removed);
        return new(Strip(set), Strip(removed));
    }

    /// <summary>Without what no manager owns: identity, and what the server itself keeps.</summary>
    private static FieldSet Strip(FieldSet set)
    {
        set.Remove("f:apiVersion");
        set.Remove("f:kind");
        if (set.Find("f:metadata") is { } metadata)
        {
            metadata.Member = false;
            foreach (var name in s_unowned)
            {
                metadata.Remove($"f:{name}");
            }
        }

        return set.Minus(null);
    }

    private static void Collect(JsonNode value, SchemaType type, FieldSet set, bool withContainers)
    {
        switch (type, value)
        {
            case (StructType { Atomic: false } one, JsonObject { Count: > 0 } obj):
                set.Member |= withContainers;
                foreach (var (name, field) in obj)
                {
                    if (field is not null && one.Field(name) is { } known)
                    {
                        Collect(field, known.Type, set.At($"f:{name}"), withContainers);
                    }
                }

                break;
            case (MapType { Atomic: false } map, JsonObject { Count: > 0 } obj):
                set.Member |= withContainers;
                foreach (var (name, entry) in obj)
                {
                    var child = set.At($"f:{name}");
                    child.Member = true;
                    if (entry is not null)
                    {
                        Collect(entry, map.Value, child, withContainers);
                    }
                }

                break;
            case (ListType { Kind: not ListKind.Atomic } list, JsonArray { Count: > 0 } array):
                set.Member |= withContainers;
                foreach (var (step, item) in ListKeys.Steps(array, list))
                {
                    var child = set.At(step);
                    child.Member = true;
                    if (list.Kind == ListKind.Map)
                    {
                        Collect(item, list.Item, child, withContainers);
                        child.Member = true;
                    }
                }

                break;
            default:
                set.Member = true;
                break;
        }
    }

    private static void Compare(JsonNode? old, JsonNode? value, SchemaType type, FieldSet set, FieldSet removed)
    {
        switch (type, old, value)
        {
            case (_, null, null):
                break;
            case (_, null, not null):
                Collect(value, type, set, withContainers: true);
                break;
            case (_, not null, null):
                Collect(old, type, removed, withContainers: true);
                break;
            case (StructType { Atomic: false } one, JsonObject before, JsonObject after):
                CompareFields(before, after, name => one.Field(name)?.Type, set, removed);
                break;
            case (MapType { Atomic: false } map, JsonObject before, JsonObject after):
                CompareFields(before, after, _ => map.Value, set, removed);
                break;
            case (ListType { Kind: not ListKind.Atomic } list, JsonArray before, JsonArray after):
                var (earlier, later) = (ListKeys.Steps(before, list), ListKeys.Steps(after, list));
                foreach (var step in earlier.Keys.Union(later.Keys))
                {
                    var (was, now) = (earlier.GetValueOrDefault(step), later.GetValueOrDefault(step));
                    CompareChild(was, now, list.Item, step, set, removed);
                }

                break;
            default:
                set.Member |= !JsonNode.DeepEquals(old, value);
                break;
        }
    }

    private static void CompareFields(JsonObject before, JsonObject after, Func<string, SchemaType?> typeOf, FieldSet set, FieldSet removed)
    {
        foreach (var name in before.Select(field => field.Key).Union(after.Select(field => field.Key)))
        {
            if (typeOf(name) is { } type)
            {
                CompareChild(before[name], after[name], type, $"f:{name}", set, removed);
            }
        }
    }

    private static void CompareChild(JsonNode? before, JsonNode? after, SchemaType type, string step, FieldSet set, FieldSet removed)
    {
        var (childSet, childRemoved) = (new FieldSet(), new FieldSet());
        Compare(before, after, type, childSet, childRemoved);
        if (!childSet.IsEmpty)
        {
            Graft(set.At(step), childSet);
        }

        if (!childRemoved.IsEmpty)
        {
            Graft(removed.At(step), childRemoved);
        }
    }

    private static void Graft(FieldSet target, FieldSet source)
    {
        target.Member |= source.Member;
        foreach (var (step, child) in source.Children)
        {
            Graft(target.At(step), child);
        }
    }
}
