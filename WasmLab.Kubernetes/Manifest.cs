using System.Text.Json.Nodes;
using WasmLab.Kubernetes.Yaml;

namespace WasmLab.Kubernetes;

/// <summary>Objects as YAML.</summary>
public static class Manifest
{
    /// <summary>The objects of a file of one or more YAML (or JSON) documents; the items of a <c>List</c> count as documents.</summary>
    /// <exception cref="FormatException">It is no YAML, or a document is no object; the message says where.</exception>
    public static IReadOnlyList<JsonObject> Parse(string yaml)
    {
        var objects = new List<JsonObject>();
        foreach (var document in YamlReader.Read(yaml))
        {
            switch (document)
            {
                case null:
                    break;
                case JsonObject obj when (string?)obj["kind"] == "List" && obj["items"] is JsonArray items:
                    objects.AddRange(items.Select(item => item!.DeepClone().AsObject()));
                    break;
                case JsonObject obj:
                    objects.Add(obj);
                    break;
                default:
                    throw new FormatException($"a manifest is a mapping with apiVersion and kind, not a {document.GetValueKind()}");
            }
        }

        return objects;
    }

    /// <summary>One YAML document.</summary>
    public static string ToYaml(JsonNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return YamlWriter.Write(node);
    }
}
