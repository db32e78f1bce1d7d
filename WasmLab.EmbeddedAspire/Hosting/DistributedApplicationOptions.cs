namespace Aspire.Hosting;

/// <summary>Options for creating a distributed application.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>The command line of the AppHost; null is an empty one.</summary>
    public string[]? Args { get; set; }

    /// <summary>The name of the AppHost's assembly; null is the entry assembly.</summary>
    public string? AssemblyName { get; set; }

    /// <summary>The name that the dashboard shows; null is the application's name.</summary>
    public string? DashboardApplicationName { get; set; }

    /// <summary>Whether the dashboard stays off; default is false.</summary>
    public bool DisableDashboard { get; set; }

    /// <summary>Whether the logs of resources are also written to the AppHost's own log; default is false.</summary>
    public bool EnableResourceLogging { get; set; }

    /// <summary>Whether http is allowed where https is the rule; default is false.</summary>
    public bool AllowUnsecuredTransport { get; set; }

    /// <summary>The folder that relative paths in the model start from; null finds it from the AppHost's assembly.</summary>
    public string? ProjectDirectory { get; set; }
}
