using System.Globalization;
using Aspire.Hosting.Otlp.Storage;

namespace Aspire.Hosting.Dashboard.Model;

/// <summary>One line of a chart: a value, or none, for each step of time.</summary>
internal sealed record ChartSeries(string Name, IReadOnlyList<double?> Values)
{
    public double? Last => Values.LastOrDefault(value => value is not null);
}

/// <summary>
/// What is drawn of an instrument: counters as increase a second, histograms as percentiles, everything else as its value.
/// </summary>
internal sealed class MetricChart
{
    public const int Steps = 60;
    private const int MaxSeries = 10;

    private static readonly double[] Percentiles = [50, 90, 99];

    private MetricChart(IReadOnlyList<DateTimeOffset> times, IReadOnlyList<ChartSeries> series)
    {
        Times = times;
        Series = series;
        Ticks = NiceTicks(series.SelectMany(line => line.Values).OfType<double>().DefaultIfEmpty().Max());
    }

    public IReadOnlyList<DateTimeOffset> Times { get; }

    public IReadOnlyList<ChartSeries> Series { get; }

    /// <summary>Values of the horizontal lines, from zero (or the smallest value) to the top.</summary>
    public IReadOnlyList<double> Ticks { get; }

    public double Top => Ticks[^1];

    public static MetricChart Of(Instrument instrument, IReadOnlyList<Dimension> dimensions, DateTimeOffset now, TimeSpan window)
    {
        var step = window / Steps;
        var times = Enumerable.Range(0, Steps + 1).Select(i => now - window + step * i).ToList();
        var sampled = dimensions.Select(dimension => (Dimension: dimension, Points: Sample(dimension.Points, times))).ToList();
        var series = instrument.Kind switch
        {
            InstrumentKind.Histogram => Percentiles.Select(percentile => new ChartSeries(
                $"P{percentile}", [.. Enumerable.Range(1, Steps).Select(i => Percentile(sampled.Select(line => (line.Points[i - 1], line.Points[i])), percentile))])),
            InstrumentKind.Counter => sampled.Select(line => new ChartSeries(
                NameOf(line.Dimension), [.. Enumerable.Range(1, Steps).Select(i => Rate(line.Points[i - 1], line.Points[i], step))])),
            _ => sampled.Select(line => new ChartSeries(NameOf(line.Dimension), [.. line.Points.Skip(1).Select(point => point?.Value)])),
        };
        return new MetricChart([.. times.Skip(1)], [.. series.OrderByDescending(line => instrument.Kind == InstrumentKind.Histogram ? 0 : line.Last).Take(MaxSeries)]);
    }

    public static string NameOf(Dimension dimension) => dimension.Attributes.Count == 0
        ? "All"
        : string.Join(", ", dimension.Attributes.Select(attribute => $"{attribute.Key}={attribute.Value}"));

    /// <summary>The value below which a share of all measurements lies, taking those inside one bucket as evenly spread.</summary>
    internal static double? Percentile(Buckets buckets, double percentile)
    {
        var total = buckets.Counts.Aggregate(0UL, (sum, count) => sum + count);
        if (total == 0 || buckets.Bounds.Count == 0)
        {
            return null;
        }

        var rank = total * percentile / 100;
        var below = 0.0;
        for (var i = 0; i < buckets.Counts.Count; i++)
        {
            var count = buckets.Counts[i];
            if (count > 0 && below + count >= rank)
            {
                var lower = i == 0 ? Math.Min(0, buckets.Bounds[0]) : buckets.Bounds[i - 1];
                return i >= buckets.Bounds.Count ? buckets.Bounds[^1] : lower + (buckets.Bounds[i] - lower) * (rank - below) / count;
            }

            below += count;
        }

        return buckets.Bounds[^1];
    }

    /// <summary>For each time the last point known then; a point counts for a minute, after that its sender is silent.</summary>
    private static List<MetricPoint?> Sample(IReadOnlyList<MetricPoint> points, List<DateTimeOffset> times)
    {
        var samples = new List<MetricPoint?>(times.Count);
        var next = 0;
        MetricPoint? last = null;
        foreach (var time in times)
        {
            while (next < points.Count && points[next].Timestamp <= time)
            {
                last = points[next++];
            }

            samples.Add(last is not null && time - last.Timestamp <= TimeSpan.FromMinutes(1) + (times[1] - times[0]) ? last : null);
        }

        return samples;
    }

    private static double? Rate(MetricPoint? before, MetricPoint? after, TimeSpan step) =>
        before is null || after is null ? null : Math.Max(0, after.Value - before.Value) / step.TotalSeconds;

    private static double? Percentile(IEnumerable<(MetricPoint? Before, MetricPoint? After)> points, double percentile)
    {
        Buckets? merged = null;
        foreach (var (before, after) in points)
        {
            if (after?.Buckets is not { } now)
            {
                continue;
            }

            // A restarted sender counts from zero again.
            var counts = before?.Buckets is { } then && then.Counts.Count == now.Counts.Count && before.Count <= after.Count
                ? now.Counts.Zip(then.Counts, (a, b) => a >= b ? a - b : a)
                : now.Counts;
            merged = merged is not null && merged.Bounds.SequenceEqual(now.Bounds)
                ? new Buckets(now.Bounds, [.. merged.Counts.Zip(counts, (a, b) => a + b)])
                : merged ?? new Buckets(now.Bounds, [.. counts]);
        }

        return merged is null ? null : Percentile(merged, percentile);
    }

    private static List<double> NiceTicks(double max)
    {
        if (max <= 0)
        {
            return [0, 1];
        }

        var magnitude = Math.Pow(10, Math.Floor(Math.Log10(max)));
        var unit = new[] { 0.25, 0.5, 1, 2, 2.5, 5 }.Select(factor => factor * magnitude).First(candidate => max / candidate <= 5);
        var count = (int)Math.Ceiling(max / unit - 1e-9);
        return [.. Enumerable.Range(0, count + 1).Select(i => double.Parse((i * unit).ToString("G12", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture))];
    }
}
