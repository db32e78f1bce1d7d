namespace Aspire.Hosting;

/// <summary>The address that a browser opens; set by the dashboard when it listens, printed when the application has started.</summary>
internal sealed class DashboardLink
{
    public string? LoginUrl { get; set; }
}
