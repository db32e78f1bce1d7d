using Aspire.Hosting.Otlp.Protos;
using Aspire.Hosting.Otlp.Storage;

namespace Aspire.Hosting.Otlp;

/// <summary>Puts the points of one OTLP metric into the store.</summary>
internal static class OtlpMetrics
{
    public static void Add(MetricStore store, InstrumentKey key, Metric metric)
    {
        switch (metric.DataCase)
        {
            case Metric.DataOneofCase.Gauge:
                AddNumbers(metric.Gauge.DataPoints, InstrumentKind.Gauge, delta: false);
                break;
            case Metric.DataOneofCase.Sum:
                AddNumbers(
                    metric.Sum.DataPoints,
                    metric.Sum.IsMonotonic ? InstrumentKind.Counter : InstrumentKind.UpDownCounter,
                    metric.Sum.AggregationTemporality == AggregationTemporality.Delta);
                break;
            case Metric.DataOneofCase.Histogram:
                foreach (var point in metric.Histogram.DataPoints)
                {
                    Add(InstrumentKind.Histogram, point.Attributes, metric.Histogram.AggregationTemporality, new MetricPoint(
                        OtlpConverter.ToTimestamp(point.TimeUnixNano), point.Sum, point.Count, new Buckets([.. point.ExplicitBounds], [.. point.BucketCounts])));
                }

                break;
            case Metric.DataOneofCase.ExponentialHistogram:
                foreach (var point in metric.ExponentialHistogram.DataPoints)
                {
                    Add(InstrumentKind.Histogram, point.Attributes, metric.ExponentialHistogram.AggregationTemporality, new MetricPoint(
                        OtlpConverter.ToTimestamp(point.TimeUnixNano), point.Sum, point.Count, ToBuckets(point)));
                }

                break;
            case Metric.DataOneofCase.Summary:
                foreach (var point in metric.Summary.DataPoints)
                {
                    Add(InstrumentKind.Summary, point.Attributes, AggregationTemporality.Cumulative, new MetricPoint(
                        OtlpConverter.ToTimestamp(point.TimeUnixNano), point.Sum, point.Count));
                }

                break;
        }

        void AddNumbers(IEnumerable<NumberDataPoint> points, InstrumentKind kind, bool delta)
        {
            foreach (var point in points)
            {
                var value = point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt : point.AsDouble;
                store.Add(key, kind, metric.Description, metric.Unit, OtlpConverter.ToAttributes(point.Attributes),
                    new MetricPoint(OtlpConverter.ToTimestamp(point.TimeUnixNano), value), delta);
            }
        }

        void Add(InstrumentKind kind, IEnumerable<KeyValue> attributes, AggregationTemporality temporality, MetricPoint point) =>
            store.Add(key, kind, metric.Description, metric.Unit, OtlpConverter.ToAttributes(attributes), point,
                temporality == AggregationTemporality.Delta);
    }

    /// <summary>Bucket <c>i</c> of scale <c>s</c> ends at <c>2^((offset + i + 1) / 2^s)</c>; negative values are counted with zero.</summary>
    private static Buckets ToBuckets(ExponentialHistogramDataPoint point)
    {
        var positive = point.Positive ?? new ExponentialHistogramDataPoint.Types.Buckets();
        var negative = point.Negative?.BucketCounts.Aggregate(0UL, (sum, count) => sum + count) ?? 0;
        var exponent = Math.Pow(2, -point.Scale);
        var bounds = Enumerable.Range(0, positive.BucketCounts.Count).Select(i => Math.Pow(2, (positive.Offset + i + 1) * exponent));
        return new Buckets([0, .. bounds], [point.ZeroCount + negative, .. positive.BucketCounts, 0]);
    }
}
