namespace Aspire.Hosting.Otlp.Storage;

internal enum SpanKind
{
    Unspecified,
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

internal enum SpanStatus
{
    Unset,
    Ok,
    Error,
}

internal sealed record SpanEvent(string Name, DateTimeOffset Timestamp, IReadOnlyList<KeyValuePair<string, string>> Attributes);

internal sealed record SpanLink(string TraceId, string SpanId, IReadOnlyList<KeyValuePair<string, string>> Attributes);

internal sealed record SpanEntry(
    TelemetryResource Resource,
    string Scope,
    string TraceId,
    string SpanId,
    string? ParentSpanId,
    string Name,
    SpanKind Kind,
    DateTimeOffset Start,
    TimeSpan Duration,
    SpanStatus Status,
    string? StatusMessage,
    IReadOnlyList<KeyValuePair<string, string>> Attributes,
    IReadOnlyList<SpanEvent> Events,
    IReadOnlyList<SpanLink> Links)
{
    public DateTimeOffset End => Start + Duration;

    public string? Attribute(string key) => Attributes.FirstOrDefault(a => a.Key == key).Value;
}
