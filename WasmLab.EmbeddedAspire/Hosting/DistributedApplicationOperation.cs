namespace Aspire.Hosting;

/// <summary>What an AppHost is asked to do.</summary>
public enum DistributedApplicationOperation
{
    /// <summary>Run the resources on this machine.</summary>
    Run = 0,

    /// <summary>Publish assets for a deployment.</summary>
    Publish = 1,
}
