using System.Collections.Immutable;

namespace Aspire.Hosting.Otlp.Storage;

/// <summary>The spans of one trace received so far, oldest first. Immutable: a late span makes a new one.</summary>
internal sealed class Trace(string traceId, ImmutableList<SpanEntry> spans)
{
    public string TraceId { get; } = traceId;

    public ImmutableList<SpanEntry> Spans { get; } = spans;

    public DateTimeOffset Start { get; } = spans[0].Start;

    public TimeSpan Duration { get; } = spans.Max(span => span.End) - spans[0].Start;

    public int Errors { get; } = spans.Count(span => span.Status == SpanStatus.Error);

    /// <summary>The span without a parent; while it has not come, the oldest span whose parent is missing.</summary>
    public SpanEntry Root { get; } = FindRoot(spans);

    private static SpanEntry FindRoot(ImmutableList<SpanEntry> spans)
    {
        if (spans.FirstOrDefault(span => span.ParentSpanId is null) is { } root)
        {
            return root;
        }

        var known = spans.Select(span => span.SpanId).ToHashSet();
        return spans.FirstOrDefault(span => !known.Contains(span.ParentSpanId!)) ?? spans[0];
    }
}
