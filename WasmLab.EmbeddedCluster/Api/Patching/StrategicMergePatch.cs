using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Schemas;
using WasmLab.Kubernetes;

namespace WasmLab.EmbeddedCluster.Api.Patching;

/// <summary>
/// Kubernetes' strategic merge patch: as a merge patch, but lists whose schema says so are merged item by item, and directives in the patch
/// (<c>$patch</c>, <c>$retainKeys</c>, <c>$deleteFromPrimitiveList/x</c>, <c>$setElementOrder/x</c>) delete, replace and order.
/// </summary>
internal static class StrategicMergePatch
{
    private const string Directive = "$patch";
    private const string RetainKeys = "$retainKeys";
    private const string DeletePrefix = "$deleteFromPrimitiveList/";
    private const string OrderPrefix = "$setElementOrder/";

    /// <summary>The patched object; the given one may be changed.</summary>
    /// <exception cref="PatchException">The patch is malformed.</exception>
    public static JsonObject Apply(JsonObject original, JsonObject patch, SchemaType? type)
    {
        switch (patch.Str(Directive))
        {
            case "replace":
                return Plain(patch);
            case "delete":
                return [];
            case "merge" or null:
                break;
            case var other:
                throw new PatchException(true, $"Unknown patch type: {other}");
        }

        Retain(original, patch);
        foreach (var (name, value) in patch)
        {
            if (name.StartsWith(DeletePrefix, StringComparison.Ordinal))
            {
                DeleteValues(original, name[DeletePrefix.Length..], value);
            }
            else if (!name.StartsWith('$'))
            {
                ApplyField(original, name, value, patch[OrderPrefix + name] as JsonArray, type);
            }
        }

        foreach (var (name, value) in patch)
        {
            var target = name.StartsWith(OrderPrefix, StringComparison.Ordinal) ? name[OrderPrefix.Length..] : null;
            if (target is not null && !patch.ContainsKey(target) && original[target] is JsonArray items && value is JsonArray order)
            {
                original[target] = Order(items, order, Field(type, target)?.PatchMergeKey);
            }
        }

        return original;
    }

    private static void ApplyField(JsonObject original, string name, JsonNode? value, JsonArray? order, SchemaType? type)
    {
        if (value is null)
        {
            original.Remove(name);
            return;
        }

        var field = Field(type, name);
        var fieldType = field?.Type ?? (type as MapType)?.Value;
        switch (original[name], value)
        {
            case (var existing, JsonObject changes):
                original.Remove(name);
                if (changes.Str(Directive) != "delete")
                {
                    original[name] = Apply(existing as JsonObject ?? [], changes, fieldType);
                }

                break;
            case (JsonArray existing, JsonArray changes) when field?.PatchMerge == true:
                var merged = MergeList(existing, changes, field, (fieldType as ListType)?.Item);
                original[name] = order is null ? merged : Order(merged, order, field.PatchMergeKey);
                break;
            case (_, JsonArray changes):
                original[name] = field?.PatchMerge == true ? MergeList([], changes, field, (fieldType as ListType)?.Item) : changes.DeepClone();
                break;
            default:
                original[name] = value.DeepClone();
                break;
        }
    }

    private static JsonArray MergeList(JsonArray existing, JsonArray changes, SchemaField field, SchemaType? itemType)
    {
        if (field.PatchMergeKey is not { } key)
        {
            var values = new JsonArray([.. existing.Select(item => item?.DeepClone())]);
            foreach (var change in changes.Where(change => !values.Any(value => JsonNode.DeepEquals(value, change))).ToList())
            {
                values.Add(change?.DeepClone());
            }

            return values;
        }

        if (changes.OfType<JsonObject>().Any(change => change.Str(Directive) == "replace"))
        {
            return new([.. changes.OfType<JsonObject>().Where(change => change.Count > 1 || change.Str(Directive) is null).Select(Plain)]);
        }

        var items = existing.Select(item => item?.DeepClone()).ToList();
        foreach (var change in changes)
        {
            var patch = change as JsonObject ?? throw new PatchException(true, $"an item of '{field.Name}' is no object");
            var id = patch[key] ?? throw new PatchException(true, $"map: {patch.ToJsonString()} does not contain declared merge key: {key}");
            var index = items.FindIndex(item => JsonNode.DeepEquals((item as JsonObject)?[key], id));
            if (patch.Str(Directive) == "delete")
            {
                items.RemoveAll(item => JsonNode.DeepEquals((item as JsonObject)?[key], id));
            }
            else if (index >= 0)
            {
                items[index] = Apply(items[index]!.AsObject(), patch, itemType);
            }
            else
            {
                items.Add(Apply([], patch, itemType));
            }
        }

        return new([.. items]);
    }

    private static void DeleteValues(JsonObject original, string name, JsonNode? value)
    {
        if (original[name] is JsonArray items && value is JsonArray unwanted)
        {
            original[name] = new JsonArray([.. items.Where(item => !unwanted.Any(one => JsonNode.DeepEquals(one, item))).Select(item => item?.DeepClone())]);
        }
    }

    /// <summary>Items in the given order; those that it does not name stay behind the one that they came after.</summary>
    private static JsonArray Order(JsonArray items, JsonArray order, string? key)
    {
        var position = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in order)
        {
            position.TryAdd(Id(entry, key), position.Count);
        }

        var ranked = new List<(int Rank, int Index, JsonNode? Item)>();
        var rank = -1;
        for (var i = 0; i < items.Count; i++)
        {
            rank = position.TryGetValue(Id(items[i], key), out var own) ? own : rank;
            ranked.Add((rank, i, items[i]));
        }

        return new([.. ranked.OrderBy(entry => entry.Rank).ThenBy(entry => entry.Index).Select(entry => entry.Item?.DeepClone())]);
    }

    private static string Id(JsonNode? item, string? key) =>
        (key is not null && item is JsonObject obj ? obj[key] : item)?.ToJsonString(KubernetesJson.Options) ?? "null";

    private static void Retain(JsonObject original, JsonObject patch)
    {
        if (patch[RetainKeys] is JsonArray keys)
        {
            var kept = keys.Select(key => key!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
            foreach (var name in original.Select(field => field.Key).Where(name => !kept.Contains(name)).ToList())
            {
                original.Remove(name);
            }
        }
    }

    /// <summary>A patch without its directives and nulls.</summary>
    private static JsonObject Plain(JsonObject patch) => new(patch.Where(field => !field.Key.StartsWith('$') && field.Value is not null)
        .Select(field => KeyValuePair.Create(field.Key, field.Value is JsonObject obj ? Plain(obj) : field.Value?.DeepClone())));

    private static SchemaField? Field(SchemaType? type, string name) => (type as StructType)?.Field(name);
}
