using Aspire.Hosting.Otlp.Storage;

namespace Aspire.Hosting.Dashboard.Model;

/// <summary>What the structured logs page is asked to show; null does not filter.</summary>
internal sealed record LogFilter(string? Resource, LogSeverity? Level, string? Text, string? TraceId, string? SpanId)
{
    public bool Matches(LogEntry entry) =>
        (Resource is null || string.Equals(entry.Resource.Name, Resource, StringComparison.OrdinalIgnoreCase))
        && (Level is null || entry.Severity >= Level)
        && (TraceId is null || entry.TraceId == TraceId)
        && (SpanId is null || entry.SpanId == SpanId)
        && (Text is null || MatchesText(entry, Text));

    /// <summary>Text stands in the message, the category or an attribute; <c>key=value</c> asks for one attribute.</summary>
    private static bool MatchesText(LogEntry entry, string text)
    {
        var separator = text.IndexOf('=', StringComparison.Ordinal);
        if (separator > 0)
        {
            var (key, value) = (text[..separator].Trim(), text[(separator + 1)..].Trim());
            if (entry.Attributes.Any(attribute => Contains(attribute.Key, key) && Contains(attribute.Value, value)))
            {
                return true;
            }
        }

        return Contains(entry.Message, text) || Contains(entry.Scope, text) || entry.Attributes.Any(attribute => Contains(attribute.Value, text));
    }

    private static bool Contains(string value, string text) => value.Contains(text, StringComparison.OrdinalIgnoreCase);
}
