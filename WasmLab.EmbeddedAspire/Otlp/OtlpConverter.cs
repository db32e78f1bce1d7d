using System.Globalization;
using Aspire.Hosting.Otlp.Protos;
using Aspire.Hosting.Otlp.Storage;
using Google.Protobuf;

namespace Aspire.Hosting.Otlp;

/// <summary>From wire messages to what the store keeps.</summary>
internal static class OtlpConverter
{
    private const string MessageTemplateAttribute = "{OriginalFormat}";

    public static TelemetryResource ToResource(Resource? resource)
    {
        var attributes = resource is null ? [] : ToAttributes(resource.Attributes);
        var name = attributes.FirstOrDefault(a => a.Key == "service.name").Value;
        var instance = attributes.FirstOrDefault(a => a.Key == "service.instance.id").Value;
        return new TelemetryResource(string.IsNullOrEmpty(name) ? "unknown_service" : name, instance ?? "") { Attributes = attributes };
    }

    public static LogEntry ToLogEntry(long id, TelemetryResource resource, string scope, LogRecord record) => new(
        id,
        resource,
        scope,
        ToTimestamp(record.TimeUnixNano != 0 ? record.TimeUnixNano : record.ObservedTimeUnixNano),
        ToSeverity(record.SeverityNumber),
        record.Body is null ? record.EventName : ToText(record.Body),
        ToId(record.TraceId),
        ToId(record.SpanId),
        [.. ToAttributes(record.Attributes).Where(a => a.Key != MessageTemplateAttribute)]);

    public static bool IsValid(Span span) => ToId(span.TraceId) is not null && ToId(span.SpanId) is not null;

    public static SpanEntry ToSpanEntry(TelemetryResource resource, string scope, Span span) => new(
        resource,
        scope,
        ToId(span.TraceId)!,
        ToId(span.SpanId)!,
        ToId(span.ParentSpanId),
        span.Name,
        Enum.IsDefined((SpanKind)span.Kind) ? (SpanKind)span.Kind : SpanKind.Unspecified,
        ToTimestamp(span.StartTimeUnixNano),
        span.EndTimeUnixNano > span.StartTimeUnixNano ? ToDuration(span.EndTimeUnixNano - span.StartTimeUnixNano) : TimeSpan.Zero,
        span.Status?.Code switch
        {
            Status.Types.Code.Ok => SpanStatus.Ok,
            Status.Types.Code.Error => SpanStatus.Error,
            _ => SpanStatus.Unset,
        },
        string.IsNullOrEmpty(span.Status?.Message) ? null : span.Status.Message,
        ToAttributes(span.Attributes),
        [.. span.Events.Select(e => new SpanEvent(e.Name, ToTimestamp(e.TimeUnixNano), ToAttributes(e.Attributes)))],
        [.. span.Links.Select(l => new SpanLink(ToId(l.TraceId) ?? "", ToId(l.SpanId) ?? "", ToAttributes(l.Attributes)))]);

    public static IReadOnlyList<KeyValuePair<string, string>> ToAttributes(IEnumerable<KeyValue> attributes) =>
        [.. attributes.Select(a => KeyValuePair.Create(a.Key, ToText(a.Value)))];

    public static DateTimeOffset ToTimestamp(ulong unixNano) => DateTimeOffset.UnixEpoch + ToDuration(unixNano);

    private static TimeSpan ToDuration(ulong nanoseconds) => TimeSpan.FromTicks((long)Math.Min(nanoseconds / 100, long.MaxValue / 10));

    /// <summary>Hexadecimal, or null where the identifier is absent or all zeros, which OTLP means the same by.</summary>
    private static string? ToId(ByteString id) => id.Span.IndexOfAnyExcept((byte)0) < 0 ? null : Convert.ToHexStringLower(id.Span);

    private static LogSeverity ToSeverity(int number) => number switch
    {
        >= 21 => LogSeverity.Critical,
        >= 17 => LogSeverity.Error,
        >= 13 => LogSeverity.Warning,
        >= 9 or <= 0 => LogSeverity.Information,
        >= 5 => LogSeverity.Debug,
        _ => LogSeverity.Trace,
    };

    private static string ToText(AnyValue? value) => value?.ValueCase switch
    {
        AnyValue.ValueOneofCase.StringValue => value.StringValue,
        AnyValue.ValueOneofCase.BoolValue => value.BoolValue ? "true" : "false",
        AnyValue.ValueOneofCase.IntValue => value.IntValue.ToString(CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.DoubleValue => value.DoubleValue.ToString("R", CultureInfo.InvariantCulture),
        AnyValue.ValueOneofCase.BytesValue => value.BytesValue.ToBase64(),
        AnyValue.ValueOneofCase.ArrayValue => $"[{string.Join(", ", value.ArrayValue.Values.Select(ToText))}]",
        AnyValue.ValueOneofCase.KvlistValue => $"{{{string.Join(", ", value.KvlistValue.Values.Select(kv => $"{kv.Key}: {ToText(kv.Value)}"))}}}",
        _ => "",
    };
}
