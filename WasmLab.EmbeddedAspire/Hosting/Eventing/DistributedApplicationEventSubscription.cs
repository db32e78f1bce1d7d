using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Eventing;

/// <summary>A subscription to an event.</summary>
public class DistributedApplicationEventSubscription
{
    /// <summary>Creates a subscription.</summary>
    public DistributedApplicationEventSubscription(Func<IDistributedApplicationEvent, CancellationToken, Task> callback)
    {
        ArgumentNullException.ThrowIfNull(callback);
        Callback = callback;
    }

    /// <summary>What is called when the event is published.</summary>
    public Func<IDistributedApplicationEvent, CancellationToken, Task> Callback { get; }
}

/// <summary>A subscription to an event of one resource.</summary>
public class DistributedApplicationResourceEventSubscription : DistributedApplicationEventSubscription
{
    /// <summary>Creates a subscription.</summary>
    public DistributedApplicationResourceEventSubscription(IResource? resource, Func<IDistributedApplicationResourceEvent, CancellationToken, Task> callback)
        : base((@event, cancellationToken) => callback((IDistributedApplicationResourceEvent)@event, cancellationToken))
    {
        Resource = resource;
    }

    /// <summary>The resource; null is every resource.</summary>
    public IResource? Resource { get; }
}
