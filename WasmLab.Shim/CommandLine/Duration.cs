using System.Globalization;
using WasmLab.Shim.Running;

namespace WasmLab.Shim.CommandLine;

/// <summary>A span of time as a user writes it: <c>5</c> or <c>5s</c>, <c>250ms</c>, <c>2m</c>, <c>1h</c>.</summary>
internal static class Duration
{
    private static readonly (string Unit, TimeSpan Length)[] Units =
    [
        ("ms", TimeSpan.FromMilliseconds(1)),
        ("s", TimeSpan.FromSeconds(1)),
        ("m", TimeSpan.FromMinutes(1)),
        ("h", TimeSpan.FromHours(1)),
        ("", TimeSpan.FromSeconds(1)),
    ];

    /// <exception cref="RunException">The text has another form, or is not above zero and below 24 days.</exception>
    public static TimeSpan Parse(string option, string text)
    {
        var (unit, length) = Units.First(candidate => text.EndsWith(candidate.Unit, StringComparison.Ordinal));
        return double.TryParse(text[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && number * length.TotalMilliseconds is > 0 and <= int.MaxValue
            ? TimeSpan.FromMilliseconds(number * length.TotalMilliseconds)
            : throw new RunException($"{option} {text}: write it as a number with ms, s, m or h, such as 5s");
    }
}
