using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Aspire.Hosting.Dashboard.Model;

/// <summary>Turns a terminal's text into HTML: colours and styles become classes, everything else is escaped, links can be followed.</summary>
internal static partial class Ansi
{
    public static string Strip(string text) => Sequence().Replace(text, "");

    public static string ToHtml(string text)
    {
        var html = new StringBuilder(text.Length + 32);
        var style = new Style();
        var position = 0;
        foreach (var match in Sequence().EnumerateMatches(text))
        {
            Append(html, text.AsSpan(position, match.Index - position), style);
            var sequence = text.AsSpan(match.Index, match.Length);
            if (sequence is ['\x1b', '[', .. var codes, 'm'])
            {
                style.Apply(codes);
            }

            position = match.Index + match.Length;
        }

        Append(html, text.AsSpan(position), style);
        return html.ToString();
    }

    private static void Append(StringBuilder html, ReadOnlySpan<char> text, Style style)
    {
        if (text.IsEmpty)
        {
            return;
        }

        var classes = style.Classes;
        if (classes.Length > 0)
        {
            html.Append("<span class=\"").Append(classes).Append("\">");
        }

        var position = 0;
        foreach (var link in Link().EnumerateMatches(text))
        {
            var url = text.Slice(link.Index, link.Length).TrimEnd(".,;:!?)'\"");
            Encode(html, text[position..link.Index]);
            html.Append("<a target=\"_blank\" rel=\"noopener noreferrer\" href=\"");
            Encode(html, url);
            html.Append("\">");
            Encode(html, url);
            html.Append("</a>");
            position = link.Index + url.Length;
        }

        Encode(html, text[position..]);
        if (classes.Length > 0)
        {
            html.Append("</span>");
        }
    }

    private static void Encode(StringBuilder html, ReadOnlySpan<char> text) => html.Append(WebUtility.HtmlEncode(text.ToString()));

    // CSI sequences, OSC sequences up to BEL or ST, single escapes, and the control characters that no page shows.
    [GeneratedRegex(@"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]|[\x00-\x08\x0b-\x1f\x7f]")]
    private static partial Regex Sequence();

    [GeneratedRegex(@"https?://[^\s<>""']+")]
    private static partial Regex Link();

    private sealed class Style
    {
        private int? _foreground;
        private int? _background;
        private bool _bold;
        private bool _dim;
        private bool _italic;
        private bool _underline;

        public string Classes => string.Join(' ', new[]
        {
            _foreground is { } foreground ? $"fg{foreground}" : "",
            _background is { } background ? $"bg{background}" : "",
            _bold ? "bold" : "",
            _dim ? "dim" : "",
            _italic ? "italic" : "",
            _underline ? "underline" : "",
        }.Where(name => name.Length > 0));

        public void Apply(ReadOnlySpan<char> codes)
        {
            var numbers = new List<int>();
            foreach (var part in codes.SplitAny(';', ':'))
            {
                numbers.Add(int.TryParse(codes[part], out var number) ? number : 0);
            }

            for (var i = 0; i < numbers.Count; i++)
            {
                var code = numbers[i];
                if (code is 38 or 48)
                {
                    ref var target = ref code == 38 ? ref _foreground : ref _background;
                    target = ExtendedColor(numbers, ref i);
                    continue;
                }

                Apply(code);
            }
        }

        private void Apply(int code)
        {
            switch (code)
            {
                case 0:
                    (_foreground, _background, _bold, _dim, _italic, _underline) = (null, null, false, false, false, false);
                    break;
                case 1: _bold = true; break;
                case 2: _dim = true; break;
                case 3: _italic = true; break;
                case 4: _underline = true; break;
                case 22: (_bold, _dim) = (false, false); break;
                case 23: _italic = false; break;
                case 24: _underline = false; break;
                case >= 30 and <= 37: _foreground = code - 30; break;
                case 39: _foreground = null; break;
                case >= 40 and <= 47: _background = code - 40; break;
                case 49: _background = null; break;
                case >= 90 and <= 97: _foreground = code - 90 + 8; break;
                case >= 100 and <= 107: _background = code - 100 + 8; break;
            }
        }

        /// <summary>The nearest of the sixteen colours: a page whose policy allows no style attributes has no others.</summary>
        private static int? ExtendedColor(List<int> numbers, ref int i)
        {
            if (i + 2 < numbers.Count && numbers[i + 1] == 5)
            {
                var index = numbers[i += 2];
                return index switch
                {
                    < 16 => Math.Max(index, 0),
                    < 232 => Nearest((index - 16) / 36 * 51, (index - 16) / 6 % 6 * 51, (index - 16) % 6 * 51),
                    _ => Nearest((index - 232) * 10 + 8, (index - 232) * 10 + 8, (index - 232) * 10 + 8),
                };
            }

            if (i + 4 < numbers.Count && numbers[i + 1] == 2)
            {
                i += 4;
                return Nearest(numbers[i - 2], numbers[i - 1], numbers[i]);
            }

            return null;
        }

        private static int Nearest(int red, int green, int blue)
        {
            var bright = Math.Max(red, Math.Max(green, blue)) > 200 ? 8 : 0;
            var half = Math.Max(red, Math.Max(green, blue)) / 2;
            var bits = (red > half ? 1 : 0) | (green > half ? 2 : 0) | (blue > half ? 4 : 0);
            return (bits == 0 ? 0 : bits) + bright;
        }
    }
}
