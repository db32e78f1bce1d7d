using Aspire.Hosting.Otlp.Storage;

namespace Aspire.Hosting.Dashboard.Model;

/// <summary>One span's line; the bar's offset and length are parts of the trace's duration, from 0 to 1.</summary>
internal sealed record WaterfallRow(SpanEntry Span, int Depth, double Offset, double Length, string? Peer);

/// <summary>The spans of a trace as a tree, depth first, each with the place of its bar.</summary>
internal static class Waterfall
{
    /// <summary>Tells who answered a client span, most telling first.</summary>
    private static readonly string[] PeerAttributes = ["peer.service", "k8s.pod.name", "server.address", "net.peer.name", "db.system", "messaging.system"];

    public static IReadOnlyList<WaterfallRow> Rows(Trace trace)
    {
        var known = trace.Spans.Select(span => span.SpanId).ToHashSet();
        var children = trace.Spans.ToLookup(span => span.ParentSpanId is { } parent && parent != span.SpanId && known.Contains(parent) ? parent : "");
        var rows = new List<WaterfallRow>();
        var seen = new HashSet<string>();
        Add("", 0);
        foreach (var span in trace.Spans.Where(span => !seen.Contains(span.SpanId)))
        {
            rows.Add(ToRow(span, 0));
        }

        return rows;

        void Add(string parent, int depth)
        {
            foreach (var span in children[parent].Where(span => seen.Add(span.SpanId)))
            {
                rows.Add(ToRow(span, depth));
                Add(span.SpanId, depth + 1);
            }
        }

        WaterfallRow ToRow(SpanEntry span, int depth)
        {
            var total = Math.Max(trace.Duration.Ticks, 1.0);
            var offset = Math.Clamp((span.Start - trace.Start).Ticks / total, 0, 1);
            return new WaterfallRow(span, depth, offset, Math.Clamp(span.Duration.Ticks / total, 0, 1 - offset), PeerOf(span, children[span.SpanId]));
        }
    }

    /// <summary>The name of an answering side that sent no span of its own.</summary>
    private static string? PeerOf(SpanEntry span, IEnumerable<SpanEntry> children)
    {
        if (span.Kind is not (SpanKind.Client or SpanKind.Producer)
            || children.Any(child => child.Kind is SpanKind.Server or SpanKind.Consumer || child.Resource != span.Resource))
        {
            return null;
        }

        var peer = PeerAttributes.Select(span.Attribute).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        return span.Attribute("server.address") == peer && span.Attribute("server.port") is { } port ? $"{peer}:{port}" : peer;
    }
}
