using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace WasmLab.Kubernetes.Yaml;

/// <summary>Reads YAML documents as JSON.</summary>
internal static class YamlReader
{
    private const string MergeKey = "<<";

    // Aliases can make a small file a huge tree; a manifest has no need of a fraction of this.
    private const int MaximumNodes = 1_000_000;

    /// <summary>The documents in order; an empty one is null.</summary>
    /// <exception cref="FormatException">It is no YAML; the message says where.</exception>
    public static IReadOnlyList<JsonNode?> Read(string yaml)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException exception)
        {
            throw new FormatException($"line {exception.Start.Line}: {exception.InnerException?.Message ?? exception.Message}", exception);
        }

        var budget = MaximumNodes;
        return [.. stream.Documents.Select(document => Convert(document.RootNode, ref budget))];
    }

    private static JsonNode? Convert(YamlNode node, ref int budget)
    {
        if (--budget < 0)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"the aliases make more than {MaximumNodes} nodes"));
        }

        return node switch
        {
            YamlMappingNode mapping => Convert(mapping, ref budget),
            YamlSequenceNode sequence => Convert(sequence, ref budget),
            YamlScalarNode scalar => Convert(scalar),
            _ => throw new FormatException($"line {node.Start.Line}: a {node.NodeType} has no meaning here"),
        };
    }

    private static JsonObject Convert(YamlMappingNode mapping, ref int budget)
    {
        var result = new JsonObject();
        foreach (var (key, value) in mapping.Children)
        {
            var name = (key as YamlScalarNode)?.Value
                ?? throw new FormatException($"line {key.Start.Line}: the key of a mapping must be a scalar");
            if (name == MergeKey)
            {
                Merge(result, value, ref budget);
            }
            else
            {
                result[name] = Convert(value, ref budget);
            }
        }

        return result;
    }

    private static void Merge(JsonObject result, YamlNode source, ref int budget)
    {
        var sources = source is YamlSequenceNode several ? several.Children : [source];
        foreach (var one in sources.OfType<YamlMappingNode>())
        {
            foreach (var (name, value) in Convert(one, ref budget))
            {
                if (!result.ContainsKey(name))
                {
                    result[name] = value?.DeepClone();
                }
            }
        }
    }

    private static JsonArray Convert(YamlSequenceNode sequence, ref int budget)
    {
        var result = new JsonArray();
        foreach (var item in sequence.Children)
        {
            result.Add(Convert(item, ref budget));
        }

        return result;
    }

    private static JsonValue? Convert(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        var tag = scalar.Tag.IsEmpty ? "" : scalar.Tag.Value;
        return tag is "tag:yaml.org,2002:str" or "tag:yaml.org,2002:binary" || (tag.Length == 0 && scalar.Style != ScalarStyle.Plain)
            ? JsonValue.Create(text)
            : YamlScalar.Resolve(text);
    }
}
