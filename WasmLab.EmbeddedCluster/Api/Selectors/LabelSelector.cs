using System.Text.RegularExpressions;

namespace WasmLab.EmbeddedCluster.Api.Selectors;

/// <summary>Finds objects by their labels: <c>app=web,tier notin (test,dev),!legacy</c>.</summary>
internal sealed partial class LabelSelector
{
    private readonly IReadOnlyList<Func<IReadOnlyDictionary<string, string>, bool>> _requirements;

    private LabelSelector(IReadOnlyList<Func<IReadOnlyDictionary<string, string>, bool>> requirements) => _requirements = requirements;

    /// <summary>Whether it finds every object.</summary>
    public bool IsEmpty => _requirements.Count == 0;

    /// <summary>Reads a selector; null and the empty one find everything.</summary>
    /// <exception cref="FormatException">It is no selector.</exception>
    public static LabelSelector Parse(string? text)
    {
        var requirements = new List<Func<IReadOnlyDictionary<string, string>, bool>>();
        var rest = (text ?? "").Trim();
        while (rest.Length > 0)
        {
            var match = Requirement().Match(rest);
            if (!match.Success)
            {
                throw new FormatException($"unable to parse requirement: found '{rest}'");
            }

            requirements.Add(Read(match));
            rest = rest[match.Length..];
            if (rest.Length > 0)
            {
                rest = rest[0] == ',' ? rest[1..].TrimStart() : throw new FormatException($"unable to parse requirement: found '{rest}', expected: ',' or end");
            }
        }

        return new(requirements);
    }

    /// <summary>Whether the labels meet every requirement.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels) => _requirements.All(requirement => requirement(labels));

    private static Func<IReadOnlyDictionary<string, string>, bool> Read(Match match)
    {
        var key = match.Groups["key"].Value;
        if (Labels.KeyError(key) is { } error)
        {
            throw new FormatException($"unable to parse requirement: <nil>: Invalid value: \"{key}\": {error}");
        }

        if (match.Groups["not"].Success)
        {
            return labels => !labels.ContainsKey(key);
        }

        var values = match.Groups["set"].Success
            ? match.Groups["set"].Value.Split(',', StringSplitOptions.TrimEntries).ToHashSet(StringComparer.Ordinal)
            : [match.Groups["value"].Value];
        return match.Groups["operator"].Value switch
        {
            "" => labels => labels.ContainsKey(key),
            "=" or "==" or "in" => labels => labels.TryGetValue(key, out var value) && values.Contains(value),
            "!=" or "notin" => labels => !labels.TryGetValue(key, out var value) || !values.Contains(value),
            ">" when long.TryParse(match.Groups["value"].Value, out var bound) =>
                labels => labels.TryGetValue(key, out var value) && long.TryParse(value, out var number) && number > bound,
            "<" when long.TryParse(match.Groups["value"].Value, out var bound) =>
                labels => labels.TryGetValue(key, out var value) && long.TryParse(value, out var number) && number < bound,
            var other => throw new FormatException($"unable to parse requirement: '{other}' wants a number"),
        };
    }

    [GeneratedRegex(
        @"^((?<not>!)\s*(?<key>[\w./-]+)|(?<key>[\w./-]+)(\s+(?<operator>in|notin)\s*\((?<set>[^()]*)\)|\s*(?<operator>==|=|!=|>|<)\s*(?<value>[\w.-]*))?)\s*",
        RegexOptions.CultureInvariant)]
    private static partial Regex Requirement();
}
