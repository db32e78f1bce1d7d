using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace WasmLab.Kubernetes.Yaml;

/// <summary>What a plain scalar means, by the rules of Kubernetes' own YAML library: YAML 1.1 with its many booleans and number forms.</summary>
internal static partial class YamlScalar
{
    /// <summary>Null, a boolean, a number or, failing those, the text itself.</summary>
    public static JsonValue? Resolve(string text)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return null;
            case "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y":
                return JsonValue.Create(true);
            case "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N":
                return JsonValue.Create(false);
        }

        return Number(text) ?? JsonValue.Create(text);
    }

    /// <summary>Whether the text, left unquoted, would be read as something other than itself.</summary>
    public static bool NeedsQuotes(string text) => Resolve(text) is not { } value || value.GetValueKind() != System.Text.Json.JsonValueKind.String
        || LooksLikeTime().IsMatch(text);

    private static JsonValue? Number(string text)
    {
        if (text.Length == 0 || !(char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.'))
        {
            return null;
        }

        var plain = text.Replace("_", "", StringComparison.Ordinal);
        var negative = plain[0] == '-';
        var digits = plain.TrimStart('+', '-');
        if (plain.Length - digits.Length <= 1 && Integer(digits) is { } integer)
        {
            integer = negative ? -integer : integer;
            return integer >= long.MinValue && integer <= long.MaxValue ? JsonValue.Create((long)integer) : JsonValue.Create((double)integer);
        }

        return FloatForm().IsMatch(plain) && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? JsonValue.Create(number)
            : null;
    }

    private static BigInteger? Integer(string digits)
    {
        if (digits.Length == 0)
        {
            return null;
        }

        var (radix, body) = digits switch
        {
            ['0', 'x', ..] => (16, digits[2..]),
            ['0', 'o', ..] => (8, digits[2..]),
            ['0', 'b', ..] => (2, digits[2..]),
            ['0', _, ..] => (8, digits[1..]),
            _ => (10, digits),
        };
        if (body.Length == 0)
        {
            return null;
        }

        var value = BigInteger.Zero;
        foreach (var character in body)
        {
            var digit = char.IsAsciiHexDigit(character) ? Convert.ToInt32(character.ToString(), 16) : radix;
            if (digit >= radix)
            {
                return null;
            }

            value = (value * radix) + digit;
        }

        return value;
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex FloatForm();

    [GeneratedRegex(@"^\d{4}-\d{1,2}-\d{1,2}", RegexOptions.CultureInvariant)]
    private static partial Regex LooksLikeTime();
}
