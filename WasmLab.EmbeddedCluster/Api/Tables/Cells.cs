using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;

namespace WasmLab.EmbeddedCluster.Api.Tables;

/// <summary>Columns and values that many kinds share.</summary>
internal static class Cells
{
    public const string None = "<none>";
    public const string Unset = "<unset>";
    public const string Unknown = "<unknown>";

    public static TableColumn Name { get; } = new(
        "Name", (obj, _) => obj.Str("metadata", "name"), "Name of the object.", Format: "name");

    public static TableColumn Age { get; } = new(
        "Age", (obj, now) => AgeOf(obj.Time("metadata", "creationTimestamp"), now), "Time since the object was created.");

    /// <summary>A column that shows a field.</summary>
    public static TableColumn Field(string name, string absent, string description, int priority, params string[] path) =>
        new(name, (obj, _) => obj.Str(path) ?? absent, description, priority);

    /// <summary>Time since, in the short form that <c>kubectl</c> uses.</summary>
    public static string AgeOf(DateTimeOffset? since, DateTimeOffset now) => since is { } time ? Duration(now - time) : Unknown;

    /// <summary>A duration with the two units that matter at its size.</summary>
    public static string Duration(TimeSpan duration)
    {
        var seconds = (long)duration.TotalSeconds;
        if (seconds < -1)
        {
            return "<invalid>";
        }

        seconds = Math.Max(seconds, 0);
        var (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
        return minutes < 2 ? $"{seconds}s"
            : minutes < 10 ? Two(minutes, "m", seconds % 60, "s")
            : hours < 3 ? $"{minutes}m"
            : hours < 8 ? Two(hours, "h", minutes % 60, "m")
            : hours < 48 ? $"{hours}h"
            : days < 8 ? Two(days, "d", hours % 24, "h")
            : days < 730 ? $"{days}d"
            : days < 2920 ? Two(days / 365, "y", days % 365, "d")
            : $"{days / 365}y";
    }

    /// <summary><c>a=b,c=d</c>.</summary>
    public static string Pairs(JsonElement obj, params ReadOnlySpan<string> path)
    {
        var pairs = string.Join(',', obj.Fields(path).OrderBy(pair => pair.Name, StringComparer.Ordinal).Select(pair => $"{pair.Name}={pair.Value.GetString()}"));
        return pairs.Length == 0 ? None : pairs;
    }

    /// <summary>The first few of a list, and how many more there are.</summary>
    public static string Some(IEnumerable<string> values, int most = 3, string absent = Unset)
    {
        var list = values.ToList();
        return list.Count == 0 ? absent
            : list.Count <= most ? string.Join(',', list)
            : string.Create(CultureInfo.InvariantCulture, $"{string.Join(',', list.Take(most))} + {list.Count - most} more...");
    }

    private static string Two(long major, string majorUnit, long minor, string minorUnit) =>
        minor == 0 ? $"{major}{majorUnit}" : $"{major}{majorUnit}{minor}{minorUnit}";

    public static JsonNode? Number(long value) => JsonValue.Create(value);
}
