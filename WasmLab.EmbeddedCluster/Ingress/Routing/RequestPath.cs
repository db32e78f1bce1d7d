using System.Buffers;
using System.Globalization;
using System.Text;

namespace WasmLab.EmbeddedCluster.Ingresses.Routing;

/// <summary>
/// A request path as NGINX matches it: percent-decoded, slashes merged, dot segments resolved. One char stands for one byte.
/// </summary>
internal static class RequestPath
{
    private static readonly SearchValues<char> Escaped = SearchValues.Create(
        [.. Enumerable.Range(0, 256).Select(value => (char)value).Where(NeedsEscape)]);

    /// <summary>Splits an origin-form target into its normalized path and its query (with the question mark, or empty).</summary>
    /// <returns>False for what NGINX answers with 400: a bad escape, a zero byte, a path that leaves the root.</returns>
    public static bool TryNormalize(string target, out string path, out ReadOnlyMemory<char> query)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        query = mark < 0 ? default : target.AsMemory(mark);
        var raw = mark < 0 ? target.AsSpan() : target.AsSpan(0, mark);
        if (raw.IsEmpty || raw[0] != '/')
        {
            path = "";
            return false;
        }

        if (raw.IndexOfAny('%', '#') < 0 && !raw.Contains("//", StringComparison.Ordinal) && !raw.Contains("/.", StringComparison.Ordinal))
        {
            path = mark < 0 ? target : raw.ToString();
            return true;
        }

        return TryNormalizeSlowly(raw, out path);
    }

    /// <summary>Escapes a decoded path as NGINX does before it passes a rewritten path on.</summary>
    public static string Escape(string path)
    {
        var first = path.AsSpan().IndexOfAny(Escaped);
        if (first < 0)
        {
            return path;
        }

        var escaped = new StringBuilder(path.Length + 16).Append(path, 0, first);
        foreach (var character in path.AsSpan(first))
        {
            if (NeedsEscape(character))
            {
                escaped.Append('%').Append(((int)character & 0xff).ToString("X2", CultureInfo.InvariantCulture));
            }
            else
            {
                escaped.Append(character);
            }
        }

        return escaped.ToString();
    }

    private static bool TryNormalizeSlowly(ReadOnlySpan<char> raw, out string path)
    {
        path = "";
        var fragment = raw.IndexOf('#');
        if (fragment >= 0)
        {
            raw = raw[..fragment];
        }

        var decoded = new char[raw.Length];
        if (!TryDecode(raw, decoded, out var length))
        {
            return false;
        }

        var result = new StringBuilder(length);
        var rest = decoded.AsSpan(0, length);
        while (!rest.IsEmpty)
        {
            // Every turn starts at a slash.
            rest = rest[1..];
            var end = rest.IndexOf('/');
            var segment = end < 0 ? rest : rest[..end];
            rest = end < 0 ? [] : rest[end..];
            var last = rest.IsEmpty;
            switch (segment)
            {
                case "" or ".":
                    if (last)
                    {
                        result.Append('/');
                    }

                    break;
                case "..":
                    if (result.Length == 0)
                    {
                        return false;
                    }

                    while (result[^1] != '/')
                    {
                        result.Length--;
                    }

                    result.Length -= last ? 0 : 1;
                    break;
                default:
                    result.Append('/').Append(segment);
                    break;
            }
        }

        path = result.ToString();
        return true;
    }

    private static bool TryDecode(ReadOnlySpan<char> raw, Span<char> decoded, out int length)
    {
        length = 0;
        for (var i = 0; i < raw.Length; i++)
        {
            var character = raw[i];
            if (character == '%')
            {
                if (i + 2 >= raw.Length || !char.IsAsciiHexDigit(raw[i + 1]) || !char.IsAsciiHexDigit(raw[i + 2]))
                {
                    return false;
                }

                character = (char)byte.Parse(raw.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                i += 2;
            }

            if (character == '\0')
            {
                return false;
            }

            decoded[length++] = character;
        }

        return true;
    }

    private static bool NeedsEscape(char character) =>
        character is <= ' ' or >= '\x7f' or '"' or '#' or '%' or '<' or '>' or '?' or '\\' or '^' or '`' or '{' or '|' or '}';
}
