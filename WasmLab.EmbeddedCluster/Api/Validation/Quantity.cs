using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;

namespace WasmLab.EmbeddedCluster.Api.Validation;

/// <summary>Amounts of resources: <c>100m</c>, <c>1.5</c>, <c>64Mi</c>, <c>1e3</c>.</summary>
internal static partial class Quantity
{
    /// <summary>What is wrong with a text that is no quantity.</summary>
    public const string SyntaxError = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

    private static readonly Dictionary<string, (int Base, int Exponent)> s_suffixes = new(StringComparer.Ordinal)
    {
        ["n"] = (10, -9), ["u"] = (10, -6), ["m"] = (10, -3), [""] = (10, 0), ["k"] = (10, 3), ["M"] = (10, 6), ["G"] = (10, 9),
        ["T"] = (10, 12), ["P"] = (10, 15), ["E"] = (10, 18),
        ["Ki"] = (2, 10), ["Mi"] = (2, 20), ["Gi"] = (2, 30), ["Ti"] = (2, 40), ["Pi"] = (2, 50), ["Ei"] = (2, 60),
    };

    /// <summary>The amount in billionths, or null when the text is no quantity.</summary>
    public static BigInteger? Parse(string text)
    {
        var match = Form().Match(text);
        if (!match.Success)
        {
            return null;
        }

        var fraction = match.Groups["fraction"].Value;
        var value = BigInteger.Parse($"0{match.Groups["whole"].Value}{fraction}", CultureInfo.InvariantCulture) * 1_000_000_000;
        var exponent = -fraction.Length;
        if (match.Groups["exponent"].Success)
        {
            exponent += int.Parse(match.Groups["exponent"].Value, CultureInfo.InvariantCulture);
        }
        else
        {
            var (radix, power) = s_suffixes[match.Groups["suffix"].Value];
            value *= radix == 2 ? BigInteger.Pow(2, power) : BigInteger.One;
            exponent += radix == 10 ? power : 0;
        }

        value = exponent >= 0 ? value * BigInteger.Pow(10, exponent) : CeilingDivide(value, BigInteger.Pow(10, -exponent));
        return match.Groups["sign"].Value == "-" ? -value : value;
    }

    // An amount that is too fine is rounded up, so that something never becomes nothing.
    private static BigInteger CeilingDivide(BigInteger value, BigInteger divisor) => (value + divisor - 1) / divisor;

    [GeneratedRegex(
        @"^(?<sign>[+-]?)(?=[0-9.]*[0-9])(?<whole>[0-9]{0,30})(\.(?<fraction>[0-9]{0,30}))?([eE](?<exponent>[+-]?[0-9]{1,2})|(?<suffix>Ki|Mi|Gi|Ti|Pi|Ei|[numkMGTPE]?))\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
