using System.Text;
using System.Text.RegularExpressions;

namespace WasmLab.EmbeddedCluster.Ingresses.Routing;

/// <summary>The value of <c>rewrite-target</c>: text with <c>$1</c> to <c>$9</c> for what the path's groups captured.</summary>
internal sealed partial class RewriteTemplate
{
    private readonly (string? Text, int Group)[] _parts;
    private readonly string? _constant;

    private RewriteTemplate((string? Text, int Group)[] parts, string source)
    {
        _parts = parts;
        Source = source;
        _constant = parts.All(part => part.Text is not null) ? string.Concat(parts.Select(part => part.Text)) : null;
        IsRedirect = source.StartsWith("http://", StringComparison.Ordinal) || source.StartsWith("https://", StringComparison.Ordinal);
    }

    /// <summary>The annotation's value.</summary>
    public string Source { get; }

    /// <summary>NGINX answers a rewrite to an absolute URL with a redirect.</summary>
    public bool IsRedirect { get; }

    /// <exception cref="FormatException">The value is not one that ingress-nginx takes.</exception>
    public static RewriteTemplate Parse(string value)
    {
        if (!Allowed().IsMatch(value))
        {
            throw new FormatException($"\"{value}\" holds characters other than letters, digits, -._~/: and $1 to $9");
        }

        var parts = new List<(string? Text, int Group)>();
        var start = 0;
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] != '$')
            {
                continue;
            }

            if (i + 1 == value.Length || value[i + 1] is < '1' or > '9')
            {
                throw new FormatException($"\"{value}\" has a $ that no digit from 1 to 9 follows");
            }

            if (i > start)
            {
                parts.Add((value[start..i], 0));
            }

            parts.Add((null, value[i + 1] - '0'));
            start = i + 2;
            i++;
        }

        if (start < value.Length)
        {
            parts.Add((value[start..], 0));
        }

        return new RewriteTemplate([.. parts], value);
    }

    /// <summary>The path that the match is rewritten to; groups that took no part are empty.</summary>
    public string Expand(Match match)
    {
        if (_constant is not null)
        {
            return _constant;
        }

        if (_parts is [{ Text: { } text }, { Text: null } only])
        {
            return string.Concat(text, match.Groups[only.Group].ValueSpan);
        }

        var expanded = new StringBuilder();
        foreach (var (literal, group) in _parts)
        {
            if (literal is not null)
            {
                expanded.Append(literal);
            }
            else
            {
                expanded.Append(match.Groups[group].ValueSpan);
            }
        }

        return expanded.ToString();
    }

    [GeneratedRegex(@"^/?[\-._~a-zA-Z0-9/:$]*\z")]
    private static partial Regex Allowed();
}
