namespace Aspire.Hosting;

/// <summary>Options for a <see cref="DistributedApplicationExecutionContext"/>.</summary>
public class DistributedApplicationExecutionContextOptions
{
    /// <summary>Creates options for an operation.</summary>
    public DistributedApplicationExecutionContextOptions(DistributedApplicationOperation operation)
    {
        Operation = operation;
    }

    /// <summary>Creates options for an operation and a publisher.</summary>
    public DistributedApplicationExecutionContextOptions(DistributedApplicationOperation operation, string publisherName)
    {
        Operation = operation;
        PublisherName = publisherName;
    }

    /// <summary>The operation.</summary>
    public DistributedApplicationOperation Operation { get; }

    /// <summary>The name of the publisher; null is the default one.</summary>
    public string? PublisherName { get; }

    /// <summary>The services of the application, once it is built.</summary>
    public IServiceProvider? Services { get; set; }
}
