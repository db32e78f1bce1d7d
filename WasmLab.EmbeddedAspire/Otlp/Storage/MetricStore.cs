namespace Aspire.Hosting.Otlp.Storage;

/// <summary>The latest points of each instrument and dimension. Delta points are added up. Not thread-safe.</summary>
internal sealed class MetricStore(int pointsPerDimension, int dimensionsPerInstrument)
{
    private readonly Dictionary<InstrumentKey, Series> _instruments = [];

    public void Add(
        InstrumentKey key, InstrumentKind kind, string description, string unit,
        IReadOnlyList<KeyValuePair<string, string>> attributes, MetricPoint point, bool delta)
    {
        if (!_instruments.TryGetValue(key, out var series))
        {
            _instruments.Add(key, series = new Series(kind, description, unit));
        }

        var name = string.Join('\n', attributes.Select(a => $"{a.Key}={a.Value}"));
        if (!series.Dimensions.TryGetValue(name, out var dimension))
        {
            if (series.Dimensions.Count >= dimensionsPerInstrument)
            {
                return;
            }

            series.Dimensions.Add(name, dimension = (attributes, new Queue<MetricPoint>()));
        }

        dimension.Points.Enqueue(delta && dimension.Points.Count > 0 ? Sum(dimension.Points.Last(), point) : point);
        if (dimension.Points.Count > pointsPerDimension)
        {
            dimension.Points.Dequeue();
        }
    }

    public IReadOnlyList<InstrumentKey> Keys() =>
        [.. _instruments.Keys.OrderBy(key => key.Resource.Name).ThenBy(key => key.Meter).ThenBy(key => key.Name)];

    public Instrument? Find(InstrumentKey key) => _instruments.TryGetValue(key, out var series)
        ? new Instrument(key, series.Kind, series.Description, series.Unit,
            [.. series.Dimensions.Values.Select(dimension => new Dimension(dimension.Attributes, [.. dimension.Points]))])
        : null;

    public void Clear() => _instruments.Clear();

    private static MetricPoint Sum(MetricPoint last, MetricPoint delta)
    {
        var buckets = last.Buckets is { } before && delta.Buckets is { } now && before.Bounds.SequenceEqual(now.Bounds)
            ? now with { Counts = [.. before.Counts.Zip(now.Counts, (a, b) => a + b)] }
            : delta.Buckets;
        return new MetricPoint(delta.Timestamp, last.Value + delta.Value, last.Count + delta.Count, buckets);
    }

    private sealed class Series(InstrumentKind kind, string description, string unit)
    {
        public InstrumentKind Kind => kind;

        public string Description => description;

        public string Unit => unit;

        public Dictionary<string, (IReadOnlyList<KeyValuePair<string, string>> Attributes, Queue<MetricPoint> Points)> Dimensions { get; } = [];
    }
}
