using System.Globalization;
using System.Net;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Dashboard.Model;

/// <summary>One line of a console; a timestamp at its start, which the logger service writes, has a column of its own.</summary>
internal sealed record ConsoleLine(int Number, DateTimeOffset? Timestamp, string Text, bool IsError)
{
    public static ConsoleLine From(LogLine line)
    {
        var end = line.Content.IndexOf(' ', StringComparison.Ordinal);
        var first = end < 0 ? line.Content : line.Content[..end];
        return first.Length >= 20 && char.IsAsciiDigit(first[0]) && first.Contains('T', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(first, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var timestamp)
            ? new ConsoleLine(line.LineNumber, timestamp, end < 0 ? "" : line.Content[(end + 1)..], line.IsErrorMessage)
            : new ConsoleLine(line.LineNumber, null, line.Content, line.IsErrorMessage);
    }

    /// <summary>The row of the console page. Written by hand because the live stream sends many, one by one.</summary>
    public string ToHtml()
    {
        var time = Timestamp is { } timestamp
            ? $"<time datetime=\"{timestamp:O}\" title=\"{timestamp:O}\">{timestamp.ToLocalTime():HH:mm:ss.fff}</time>"
            : "<time></time>";
        var mark = IsError ? "<b class=\"stderr\" title=\"Standard error\">err</b>" : "";
        return $"<div class=\"line{(IsError ? " error" : "")}\" data-line=\"{WebUtility.HtmlEncode(Number.ToString(CultureInfo.InvariantCulture))}\">" +
            $"<span class=\"number\" aria-hidden=\"true\">{Number}</span>{time}<span class=\"text\">{mark}{Ansi.ToHtml(Text)}</span></div>";
    }
}
