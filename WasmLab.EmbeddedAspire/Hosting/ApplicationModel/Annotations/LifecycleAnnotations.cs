namespace Aspire.Hosting.ApplicationModel;

/// <summary>The first snapshot of a resource.</summary>
public class ResourceSnapshotAnnotation : IResourceAnnotation
{
    /// <summary>Creates the annotation.</summary>
    public ResourceSnapshotAnnotation(CustomResourceSnapshot initialSnapshot)
    {
        ArgumentNullException.ThrowIfNull(initialSnapshot);
        InitialSnapshot = initialSnapshot;
    }

    /// <summary>The snapshot.</summary>
    public CustomResourceSnapshot InitialSnapshot { get; }
}

/// <summary>The resource does not start before another.</summary>
public sealed class WaitAnnotation : IResourceAnnotation
{
    /// <summary>Creates the annotation.</summary>
    public WaitAnnotation(IResource resource, WaitType waitType, int exitCode = 0)
    {
        ArgumentNullException.ThrowIfNull(resource);
        Resource = resource;
        WaitType = waitType;
        ExitCode = exitCode;
    }

    /// <summary>What it waits for.</summary>
    public IResource Resource { get; }

    /// <summary>Until when it waits.</summary>
    public WaitType WaitType { get; }

    /// <summary>The exit code that it expects of what completes.</summary>
    public int ExitCode { get; }

    /// <summary>What happens when the other cannot be had; null is the application's rule.</summary>
    public WaitBehavior? WaitBehavior { get; init; }
}

/// <summary>Until when a resource waits for another.</summary>
public enum WaitType
{
    /// <summary>Until it runs, is healthy and ready.</summary>
    WaitUntilHealthy = 0,

    /// <summary>Until it has ended.</summary>
    WaitForCompletion = 1,

    /// <summary>Until it runs.</summary>
    WaitUntilStarted = 2,
}

/// <summary>What happens when the resource waited for cannot be had.</summary>
public enum WaitBehavior
{
    /// <summary>Wait on: it may be started again.</summary>
    WaitOnResourceUnavailable = 0,

    /// <summary>Fail.</summary>
    StopOnResourceUnavailable = 1,
}

/// <summary>A health check tells the health of the resource.</summary>
public class HealthCheckAnnotation : IResourceAnnotation
{
    /// <summary>Creates the annotation.</summary>
    public HealthCheckAnnotation(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        Key = key;
    }

    /// <summary>The name under which the check is registered.</summary>
    public string Key { get; }
}

/// <summary>The resource starts only when asked.</summary>
public sealed class ExplicitStartupAnnotation : IResourceAnnotation
{
}

/// <summary>The resource relates to another.</summary>
public sealed class ResourceRelationshipAnnotation : IResourceAnnotation
{
    /// <summary>Creates the annotation.</summary>
    public ResourceRelationshipAnnotation(IResource resource, string type)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentException.ThrowIfNullOrEmpty(type);
        Resource = resource;
        Type = type;
    }

    /// <summary>The other resource.</summary>
    public IResource Resource { get; }

    /// <summary>The type of the relationship.</summary>
    public string Type { get; }
}

internal static class RelationshipTypes
{
    public const string Parent = "Parent";
    public const string Reference = "Reference";
    public const string WaitFor = "WaitFor";
}
