namespace Aspire.Hosting.Otlp.Storage;

internal enum InstrumentKind
{
    Gauge,
    Counter,
    UpDownCounter,
    Histogram,
    Summary,
}

internal sealed record InstrumentKey(TelemetryResource Resource, string Meter, string Name);

/// <summary>Cumulative buckets' counts and their upper bounds; the last bucket has none.</summary>
internal sealed record Buckets(IReadOnlyList<double> Bounds, IReadOnlyList<ulong> Counts);

/// <summary>One measurement of one dimension. <see cref="Value"/> of a histogram is its sum.</summary>
internal sealed record MetricPoint(DateTimeOffset Timestamp, double Value, ulong Count = 0, Buckets? Buckets = null);

/// <summary>The points of one set of attributes, oldest first.</summary>
internal sealed record Dimension(IReadOnlyList<KeyValuePair<string, string>> Attributes, IReadOnlyList<MetricPoint> Points);

internal sealed record Instrument(
    InstrumentKey Key, InstrumentKind Kind, string Description, string Unit, IReadOnlyList<Dimension> Dimensions);
