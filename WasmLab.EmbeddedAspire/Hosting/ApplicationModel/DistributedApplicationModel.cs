namespace Aspire.Hosting.ApplicationModel;

/// <summary>The model of a distributed application: its resources.</summary>
public class DistributedApplicationModel
{
    /// <summary>Creates a model over a collection.</summary>
    public DistributedApplicationModel(IResourceCollection resources)
    {
        ArgumentNullException.ThrowIfNull(resources);
        Resources = resources;
    }

    /// <summary>Creates a model of resources.</summary>
    public DistributedApplicationModel(IEnumerable<IResource> resources)
        : this(new ResourceCollection(resources))
    {
    }

    /// <summary>The resources.</summary>
    public IResourceCollection Resources { get; }
}
