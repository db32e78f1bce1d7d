namespace Aspire.Hosting.ApplicationModel;

/// <summary>A resource and its snapshot at one moment.</summary>
public class ResourceEvent
{
    /// <summary>Creates the event.</summary>
    public ResourceEvent(IResource resource, string resourceId, CustomResourceSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(resourceId);
        ArgumentNullException.ThrowIfNull(snapshot);
        Resource = resource;
        ResourceId = resourceId;
        Snapshot = snapshot;
    }

    /// <summary>The resource.</summary>
    public IResource Resource { get; }

    /// <summary>The identity of the instance; the name where there is one instance.</summary>
    public string ResourceId { get; }

    /// <summary>The snapshot.</summary>
    public CustomResourceSnapshot Snapshot { get; }
}
