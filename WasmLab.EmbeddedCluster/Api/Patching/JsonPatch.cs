using System.Globalization;
using System.Text.Json.Nodes;

namespace WasmLab.EmbeddedCluster.Api.Patching;

/// <summary>JSON Patch (RFC 6902).</summary>
internal static class JsonPatch
{
    /// <summary>The patched document; the given one is not changed.</summary>
    /// <exception cref="PatchException">The patch is malformed or does not fit.</exception>
    public static JsonNode? Apply(JsonNode? document, JsonArray patch)
    {
        // A document within a holder, so that the root is a place like any other.
        var holder = new JsonObject { [""] = document?.DeepClone() };
        foreach (var operation in patch)
        {
            Apply(holder, operation as JsonObject ?? throw Malformed("an operation is no object"));
        }

        var result = holder[""];
        holder.Remove("");
        return result;
    }

    private static void Apply(JsonObject holder, JsonObject operation)
    {
        var path = Pointer(operation, "path");
        switch (Text(operation, "op"))
        {
            case "add":
                Add(holder, path, Value(operation));
                break;
            case "remove":
                Remove(holder, path);
                break;
            case "replace":
                Remove(holder, path);
                Add(holder, path, Value(operation));
                break;
            case "move":
                var from = Pointer(operation, "from");
                if (path.Count > from.Count && path.Take(from.Count).SequenceEqual(from))
                {
                    throw new PatchException(false, $"cannot move '{operation["from"]}' into itself");
                }

                Add(holder, path, Remove(holder, from));
                break;
            case "copy":
                Add(holder, path, Find(holder, Pointer(operation, "from"))?.DeepClone());
                break;
            case "test":
                if (!JsonNode.DeepEquals(Find(holder, path), operation.ContainsKey("value") ? operation["value"] : throw Malformed("a test has no value")))
                {
                    throw new PatchException(false, $"testing value {operation["path"]} failed");
                }

                break;
            case var other:
                throw Malformed($"there is no operation '{other}'");
        }
    }

    private static void Add(JsonObject holder, IReadOnlyList<string> path, JsonNode? value)
    {
        var (parent, step) = (Find(holder, path, 1), path[^1]);
        switch (parent)
        {
            case JsonObject obj:
                obj[step] = value;
                break;
            case JsonArray array:
                array.Insert(step == "-" ? array.Count : Index(step, array.Count), value);
                break;
            default:
                throw Missing(path);
        }
    }

    private static JsonNode? Remove(JsonObject holder, IReadOnlyList<string> path)
    {
        var step = path[^1];
        switch (Find(holder, path, 1))
        {
            case JsonObject obj when obj.TryGetPropertyValue(step, out var value):
                obj.Remove(step);
                return value;
            case JsonArray array when array.Count > 0:
                var index = Index(step, array.Count - 1);
                var item = array[index];
                array.RemoveAt(index);
                return item;
            default:
                throw Missing(path);
        }
    }

    /// <summary>The value at a path, or at the path less its last steps.</summary>
    private static JsonNode? Find(JsonObject holder, IReadOnlyList<string> path, int less = 0)
    {
        JsonNode? node = holder;
        foreach (var step in path.Take(path.Count - less))
        {
            node = node switch
            {
                JsonObject obj when obj.TryGetPropertyValue(step, out var value) => value,
                JsonArray array when array.Count > 0 => array[Index(step, array.Count - 1)],
                _ => throw Missing(path),
            };
        }

        return node;
    }

    private static int Index(string step, int most) =>
        (step == "0" || !step.StartsWith('0')) && int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= most
            ? index
            : throw new PatchException(false, $"there is no index '{step}' in the list");

    private static List<string> Pointer(JsonObject operation, string name)
    {
        var text = Text(operation, name);
        return text switch
        {
            "" => [""],
            ['/', ..] => ["", .. text[1..].Split('/').Select(step =>
                step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))],
            _ => throw Malformed($"'{text}' is no JSON pointer"),
        };
    }

    private static JsonNode? Value(JsonObject operation) =>
        operation.TryGetPropertyValue("value", out var value) ? value?.DeepClone() : throw Malformed("an operation has no value");

    private static string Text(JsonObject operation, string name) =>
        operation[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Malformed($"an operation has no {name}");

    private static PatchException Missing(IReadOnlyList<string> path) =>
        new(false, $"there is nothing at '{string.Join('/', path)}'");

    private static PatchException Malformed(string message) => new(true, message);
}
