using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace WasmLab.Hosting.Lab;

/// <summary>Reads settings of the section <c>WasmLab</c> and collects what is wrong with them, so that a user sees all of it at once.</summary>
internal sealed class SettingsReader(IConfiguration configuration)
{
    private readonly IConfigurationSection _section = configuration.GetSection("WasmLab");
    private readonly List<string> _problems = [];

    /// <summary>One sentence for each wrong setting.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public string? Text(string key) => _section[key] is { Length: > 0 } text ? text : null;

    public int Port(string key, int fallback) =>
        Read(key, fallback, "a port is a number from 0 (any free one) to 65535",
            text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535 ? port : null);

    public bool Flag(string key) =>
        Read(key, false, "it is either 'true' or 'false'", text => bool.TryParse(text, out var value) ? value : null);

    public TimeSpan Time(string key, TimeSpan fallback) =>
        Read(key, fallback, "it is a time such as '00:02:00'",
            text => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var value) && value > TimeSpan.Zero ? value : null);

    public int Count(string key, int fallback) =>
        Read(key, fallback, "it is a number from 1 on",
            text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : null);

    public T Choice<T>(string key, T fallback)
        where T : struct, Enum =>
        Read(key, fallback, "it is one of " + string.Join(", ", Enum.GetNames<T>().Select(name => $"'{name.ToLowerInvariant()}'")),
            text => Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]) ? value : null);

    public void Wrong(string problem) => _problems.Add(problem);

    private T Read<T>(string key, T fallback, string expected, Func<string, T?> parse)
        where T : struct
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (parse(text) is { } value)
        {
            return value;
        }

        Wrong($"WasmLab:{key} is '{text}', but {expected}.");
        return fallback;
    }
}
