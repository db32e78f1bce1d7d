using System.Globalization;

namespace Aspire.Hosting.Dashboard.Model;

/// <summary>How times, durations and numbers are written.</summary>
internal static class Display
{
    public static string Time(DateTimeOffset time, TimeProvider provider)
    {
        var local = TimeZoneInfo.ConvertTime(time, provider.LocalTimeZone);
        var today = provider.GetLocalNow().Date == local.Date;
        return local.ToString(today ? "HH:mm:ss" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
    }

    public static string PreciseTime(DateTimeOffset time, TimeProvider provider) =>
        TimeZoneInfo.ConvertTime(time, provider.LocalTimeZone).ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);

    public static string FullTime(DateTimeOffset time, TimeProvider provider) =>
        TimeZoneInfo.ConvertTime(time, provider.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>Resource snapshots carry UTC, sometimes without saying so.</summary>
    public static DateTimeOffset Utc(DateTime time) => time.Kind == DateTimeKind.Local ? time : new DateTimeOffset(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    public static string Duration(TimeSpan duration) => duration switch
    {
        { TotalHours: >= 1 } => Invariant($"{(int)duration.TotalHours}h {duration.Minutes}m"),
        { TotalMinutes: >= 1 } => Invariant($"{duration.Minutes}m {duration.Seconds}s"),
        { TotalSeconds: >= 1 } => Invariant($"{duration.TotalSeconds:0.##}s"),
        { TotalMilliseconds: >= 1 } => Invariant($"{duration.TotalMilliseconds:0.##}ms"),
        { Ticks: 0 } => "0μs",
        _ => Invariant($"{duration.TotalMicroseconds:0.#}μs"),
    };

    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 1e9 => Invariant($"{value / 1e9:0.##}G"),
        >= 1e6 => Invariant($"{value / 1e6:0.##}M"),
        >= 1e4 => Invariant($"{value / 1e3:0.#}k"),
        0 => "0",
        < 0.001 => value.ToString("0.##E+0", CultureInfo.InvariantCulture),
        < 1 => Invariant($"{value:0.####}"),
        _ => Invariant($"{value:0.##}"),
    };

    /// <summary>A coordinate in an SVG attribute.</summary>
    public static string Svg(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    public static string Plural(int count, string noun) => Invariant($"{count:#,0} {noun}{(count == 1 ? "" : "s")}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
