using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace WasmLab.EmbeddedCluster.Api.Json;

/// <summary>Reads fields that may not be there; objects are decoded before, so what is there has the type that its schema says.</summary>
internal static class JsonReading
{
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            node = (node as JsonObject)?[name];
        }

        return node;
    }

    public static JsonObject? Obj(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) as JsonObject;

    public static JsonArray? Arr(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) as JsonArray;

    /// <summary>The objects of a list; none when there is no list.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonNode? node, params ReadOnlySpan<string> path) =>
        (node.At(path) as JsonArray)?.OfType<JsonObject>() ?? [];

    /// <summary>Text; null when there is none, or it is empty.</summary>
    public static string? Str(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() is { Length: > 0 } text ? text : null;

    public static long? Int(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.Number
            ? value.TryGetValue<long>(out var number) ? number
                : value.TryGetValue<int>(out var small) ? small
                : (long)value.GetValue<double>()
            : null;

    public static bool? Bool(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path)?.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>The object at a field, made if need be.</summary>
    public static JsonObject Child(this JsonObject obj, string name)
    {
        if (obj[name] is not JsonObject child)
        {
            obj[name] = child = [];
        }

        return child;
    }

    /// <summary>Sets a field that is missing or empty.</summary>
    public static void Default(this JsonObject obj, string name, JsonNode value)
    {
        if (obj[name] is null || (obj[name] is JsonValue old && old.GetValueKind() == JsonValueKind.String && old.GetValue<string>().Length == 0))
        {
            obj[name] = value;
        }
    }

    /// <summary>Makes a field the same as in another object, whether it is there or not.</summary>
    public static void CopyFrom(this JsonObject obj, string name, JsonObject source)
    {
        if (source[name] is { } value)
        {
            obj[name] = value.DeepClone();
        }
        else
        {
            obj.Remove(name);
        }
    }

    public static JsonElement? At(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return null;
            }
        }

        return element.ValueKind == JsonValueKind.Null ? null : element;
    }

    /// <summary>Text; null when there is none, or it is empty.</summary>
    public static string? Str(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.String } value && value.GetString() is { Length: > 0 } text ? text : null;

    public static long? Int(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt64(out var number) ? number : null;

    public static bool? Bool(this JsonElement element, params ReadOnlySpan<string> path) => element.At(path)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public static IEnumerable<JsonElement> Items(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    public static IEnumerable<JsonProperty> Fields(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.Object } obj ? obj.EnumerateObject() : [];

    public static DateTimeOffset? Time(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.Str(path) is { } text && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    /// <summary>A time as the API writes it.</summary>
    public static string ToApiTime(this DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
