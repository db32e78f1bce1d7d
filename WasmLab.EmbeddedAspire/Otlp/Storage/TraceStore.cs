using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Aspire.Hosting.Otlp.Storage;

/// <summary>Assembles spans into traces. When full, the trace that was first heard of is dropped. Not thread-safe.</summary>
internal sealed class TraceStore(int capacity, int spansPerTrace)
{
    private readonly Dictionary<string, Trace> _traces = [];
    private readonly Queue<string> _arrival = new();

    public void Add(IEnumerable<SpanEntry> spans)
    {
        foreach (var group in spans.GroupBy(span => span.TraceId))
        {
            if (_traces.TryGetValue(group.Key, out var known))
            {
                _traces[group.Key] = new Trace(group.Key, Merge(known.Spans, group));
                continue;
            }

            _traces.Add(group.Key, new Trace(group.Key, Merge([], group)));
            _arrival.Enqueue(group.Key);
            while (_traces.Count > capacity)
            {
                _traces.Remove(_arrival.Dequeue());
            }
        }
    }

    public bool TryGet(string traceId, [NotNullWhen(true)] out Trace? trace) => _traces.TryGetValue(traceId, out trace);

    public IReadOnlyList<Trace> NewestFirst() => [.. _traces.Values.OrderByDescending(trace => trace.Start)];

    public void Clear()
    {
        _traces.Clear();
        _arrival.Clear();
    }

    /// <summary>A span sent again replaces the first one.</summary>
    private ImmutableList<SpanEntry> Merge(ImmutableList<SpanEntry> known, IEnumerable<SpanEntry> added)
    {
        var byId = known.ToDictionary(span => span.SpanId);
        foreach (var span in added)
        {
            if (byId.Count < spansPerTrace || byId.ContainsKey(span.SpanId))
            {
                byId[span.SpanId] = span;
            }
        }

        return [.. byId.Values.OrderBy(span => span.Start).ThenByDescending(span => span.Duration)];
    }
}
