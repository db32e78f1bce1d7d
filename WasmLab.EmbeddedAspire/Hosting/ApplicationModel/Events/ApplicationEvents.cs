using Aspire.Hosting.Eventing;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Published before the application starts: the last time that the model may be changed.</summary>
public class BeforeStartEvent : IDistributedApplicationEvent
{
    /// <summary>Creates the event.</summary>
    public BeforeStartEvent(IServiceProvider services, DistributedApplicationModel model)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(model);
        Services = services;
        Model = model;
    }

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; }

    /// <summary>The model of the application.</summary>
    public DistributedApplicationModel Model { get; }
}

/// <summary>Published once the host has created every resource that it runs itself.</summary>
public class AfterResourcesCreatedEvent : IDistributedApplicationEvent
{
    /// <summary>Creates the event.</summary>
    public AfterResourcesCreatedEvent(IServiceProvider services, DistributedApplicationModel model)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(model);
        Services = services;
        Model = model;
    }

    /// <summary>The services of the application.</summary>
    public IServiceProvider Services { get; }

    /// <summary>The model of the application.</summary>
    public DistributedApplicationModel Model { get; }
}
