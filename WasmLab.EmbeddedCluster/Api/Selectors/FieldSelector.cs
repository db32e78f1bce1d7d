using System.Text.Json;

namespace WasmLab.EmbeddedCluster.Api.Selectors;

/// <summary>Finds objects by some of their fields: <c>spec.nodeName=wasmlab,status.phase!=Running</c>.</summary>
internal sealed class FieldSelector
{
    private readonly IReadOnlyList<Requirement> _requirements;

    private FieldSelector(IReadOnlyList<Requirement> requirements) => _requirements = requirements;

    /// <summary>Whether it finds every object.</summary>
    public bool IsEmpty => _requirements.Count == 0;

    /// <summary>The one name that it can find, if it asks for one.</summary>
    public string? Name => _requirements.FirstOrDefault(requirement => requirement is { Field: "metadata.name", Equal: true })?.Value;

    /// <summary>Reads a selector; null and the empty one find everything.</summary>
    /// <param name="text">The selector.</param>
    /// <param name="selectable">Fields of the kind that can be asked for, beyond name and namespace.</param>
    /// <exception cref="FormatException">It is no selector, or asks for another field.</exception>
    public static FieldSelector Parse(string? text, IReadOnlyCollection<string> selectable)
    {
        var requirements = new List<Requirement>();
        foreach (var term in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var unequal = term.IndexOf("!=", StringComparison.Ordinal);
            var (at, width) = unequal >= 0 ? (unequal, 2)
                : term.IndexOf("==", StringComparison.Ordinal) is >= 0 and var twice ? (twice, 2)
                : (term.IndexOf('=', StringComparison.Ordinal), 1);
            if (at < 0)
            {
                throw new FormatException($"invalid selector: '{text}'; can't understand '{term}'");
            }

            var field = term[..at].Trim();
            if (field is not ("metadata.name" or "metadata.namespace") && !selectable.Contains(field))
            {
                throw new FormatException($"field label not supported: {field}");
            }

            requirements.Add(new(field, term[(at + width)..].Trim(), unequal < 0));
        }

        return new(requirements);
    }

    /// <summary>Whether the object meets every requirement; a missing field counts as empty.</summary>
    public bool Matches(JsonElement obj) => _requirements.All(requirement => (ValueOf(obj, requirement.Field) == requirement.Value) == requirement.Equal);

    private static string ValueOf(JsonElement obj, string path)
    {
        foreach (var name in path.Split('.'))
        {
            if (obj.ValueKind != JsonValueKind.Object || !obj.TryGetProperty(name, out obj))
            {
                return "";
            }
        }

        return obj.ValueKind == JsonValueKind.String ? obj.GetString()! : obj.GetRawText();
    }

    private sealed record Requirement(string Field, string Value, bool Equal);
}
