namespace Aspire.Hosting.Otlp.Storage;

/// <summary>The six levels of .NET, which OTLP's 24 severities fold into.</summary>
internal enum LogSeverity
{
    Trace,
    Debug,
    Information,
    Warning,
    Error,
    Critical,
}

/// <summary>One log record; <c>Id</c> rises with every record received and is its address in the dashboard.</summary>
internal sealed record LogEntry(
    long Id,
    TelemetryResource Resource,
    string Scope,
    DateTimeOffset Timestamp,
    LogSeverity Severity,
    string Message,
    string? TraceId,
    string? SpanId,
    IReadOnlyList<KeyValuePair<string, string>> Attributes)
{
    public string? Exception => Attributes.FirstOrDefault(a => a.Key == "exception.stacktrace").Value
        ?? Attributes.FirstOrDefault(a => a.Key == "exception.message").Value;
}
