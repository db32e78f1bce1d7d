using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Published before a resource starts. The host waits in it for what the resource waits for, so whoever publishes it continues when the resource may start.</summary>
public class BeforeResourceStartedEvent : IDistributedApplicationResourceEvent
{
    /// <summary>Creates the event.</summary>
    public BeforeResourceStartedEvent(IResource resource, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(services);
        Resource = resource;
        Services = services;
    }

    /// <inheritdoc/>
    public IResource Resource { get; }

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; }
}

/// <summary>Published when the connection string of a resource can be read.</summary>
public class ConnectionStringAvailableEvent : IDistributedApplicationResourceEvent
{
    /// <summary>Creates the event.</summary>
    public ConnectionStringAvailableEvent(IResource resource, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(services);
        Resource = resource;
        Services = services;
    }

    /// <inheritdoc/>
    public IResource Resource { get; }

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; }
}

/// <summary>Published when the endpoints of a resource have their addresses.</summary>
public class ResourceEndpointsAllocatedEvent : IDistributedApplicationResourceEvent
{
    /// <summary>Creates the event.</summary>
    public ResourceEndpointsAllocatedEvent(IResource resource, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(services);
        Resource = resource;
        Services = services;
    }

    /// <inheritdoc/>
    public IResource Resource { get; }

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; }
}

/// <summary>Published once when a started resource is healthy for the first time.</summary>
public class ResourceReadyEvent : IDistributedApplicationResourceEvent
{
    /// <summary>Creates the event.</summary>
    public ResourceReadyEvent(IResource resource, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(services);
        Resource = resource;
        Services = services;
    }

    /// <inheritdoc/>
    public IResource Resource { get; }

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; }
}

/// <summary>Published when a resource has stopped.</summary>
public class ResourceStoppedEvent : IDistributedApplicationResourceEvent
{
    /// <summary>Creates the event.</summary>
    public ResourceStoppedEvent(IResource resource, IServiceProvider services, ResourceEvent resourceEvent)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(resourceEvent);
        Resource = resource;
        Services = services;
        ResourceEvent = resourceEvent;
    }

    /// <inheritdoc/>
    public IResource Resource { get; }

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; }

    /// <summary>The state in which it stopped.</summary>
    public ResourceEvent ResourceEvent { get; }
}

/// <summary>Published for each resource when the application starts: a custom resource begins its life here.</summary>
public class InitializeResourceEvent : IDistributedApplicationResourceEvent
{
    /// <summary>Creates the event.</summary>
    public InitializeResourceEvent(IResource resource, IDistributedApplicationEventing distributedApplicationEventing, ResourceLoggerService resourceLoggerService, ResourceNotificationService resourceNotificationService, IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(distributedApplicationEventing);
        ArgumentNullException.ThrowIfNull(resourceLoggerService);
        ArgumentNullException.ThrowIfNull(resourceNotificationService);
        ArgumentNullException.ThrowIfNull(services);
        Resource = resource;
        Eventing = distributedApplicationEventing;
        Notifications = resourceNotificationService;
        Services = services;
        Logger = resourceLoggerService.GetLogger(resource);
    }

    /// <inheritdoc/>
    public IResource Resource { get; }

    /// <summary>The events of the application.</summary>
    public IDistributedApplicationEventing Eventing { get; }

    /// <summary>The log of the resource.</summary>
    public ILogger Logger { get; }

    /// <summary>Where the resource tells its state.</summary>
    public ResourceNotificationService Notifications { get; }

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; }
}
