using Aspire.Hosting.Dashboard.Pages;

namespace Aspire.Hosting.Dashboard.Frontend;

/// <summary>
/// A page and its place in the navigation. Topics, which <see cref="ChangeStream"/> sends, make it stale; the shortcut is the
/// key that opens it.
/// </summary>
internal sealed record DashboardPage(string Title, string Path, Type Component, string Topics, string? Shortcut, string Icon)
{
    public static readonly DashboardPage Resources = new("Resources", "/", typeof(ResourcesPage), "resources logs", "R", "apps");
    public static readonly DashboardPage Console = new("Console", "/consolelogs", typeof(ConsoleLogsPage), "", "C", "console");
    public static readonly DashboardPage StructuredLogs = new("Structured", "/structuredlogs", typeof(StructuredLogsPage), "logs", "S", "document");
    public static readonly DashboardPage Traces = new("Traces", "/traces", typeof(TracesPage), "traces", "T", "waterfall");
    public static readonly DashboardPage Trace = Traces with { Component = typeof(TracePage), Shortcut = null, Topics = "traces logs" };
    public static readonly DashboardPage Metrics = new("Metrics", "/metrics", typeof(MetricsPage), "metrics", "M", "chart");

    public static readonly IReadOnlyList<DashboardPage> Navigation = [Resources, Console, StructuredLogs, Traces, Metrics];
}
