using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Eventing;

/// <inheritdoc cref="IDistributedApplicationEventing"/>
public class DistributedApplicationEventing : IDistributedApplicationEventing
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Type, List<DistributedApplicationEventSubscription>> _subscriptions = [];

    /// <summary>Called with what a subscriber threw that nobody waits for.</summary>
    internal Action<IDistributedApplicationEvent, Exception>? UnobservedFailure { get; set; }

    /// <inheritdoc/>
    public DistributedApplicationEventSubscription Subscribe<T>(Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationEvent
    {
        ArgumentNullException.ThrowIfNull(callback);
        return Add(typeof(T), new DistributedApplicationEventSubscription((@event, cancellationToken) => callback((T)@event, cancellationToken)));
    }

    /// <inheritdoc/>
    public DistributedApplicationEventSubscription Subscribe<T>(IResource resource, Func<T, CancellationToken, Task> callback)
        where T : IDistributedApplicationResourceEvent
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(callback);
        return Add(typeof(T), new DistributedApplicationResourceEventSubscription(resource, (@event, cancellationToken) => callback((T)@event, cancellationToken)));
    }

    /// <inheritdoc/>
    public void Unsubscribe(DistributedApplicationEventSubscription subscription)
    {
        ArgumentNullException.ThrowIfNull(subscription);
        lock (_lock)
        {
            foreach (var subscriptions in _subscriptions.Values)
            {
                subscriptions.Remove(subscription);
            }
        }
    }

    /// <inheritdoc/>
    public Task PublishAsync<T>(T @event, CancellationToken cancellationToken = default)
        where T : IDistributedApplicationEvent
        => PublishAsync(@event, EventDispatchBehavior.BlockingSequential, cancellationToken);

    /// <inheritdoc/>
    public Task PublishAsync<T>(T @event, EventDispatchBehavior dispatchBehavior, CancellationToken cancellationToken = default)
        where T : IDistributedApplicationEvent
    {
        ArgumentNullException.ThrowIfNull(@event);
        var subscribers = SubscribersOf(typeof(T), @event);
        switch (dispatchBehavior)
        {
            case EventDispatchBehavior.BlockingConcurrent:
                return Task.WhenAll(subscribers.Select(s => Call(s, @event, cancellationToken)));
            case EventDispatchBehavior.NonBlockingConcurrent:
                foreach (var subscriber in subscribers)
                {
                    _ = Task.Run(() => ReportFailure(@event, Call(subscriber, @event, cancellationToken)), CancellationToken.None);
                }

                return Task.CompletedTask;
            case EventDispatchBehavior.NonBlockingSequential:
                _ = Task.Run(() => ReportFailure(@event, CallInOrder(subscribers, @event, cancellationToken)), CancellationToken.None);
                return Task.CompletedTask;
            default:
                return CallInOrder(subscribers, @event, cancellationToken);
        }
    }

    private DistributedApplicationEventSubscription Add(Type type, DistributedApplicationEventSubscription subscription)
    {
        lock (_lock)
        {
            if (!_subscriptions.TryGetValue(type, out var subscriptions))
            {
                _subscriptions[type] = subscriptions = [];
            }

            subscriptions.Add(subscription);
        }

        return subscription;
    }

    private DistributedApplicationEventSubscription[] SubscribersOf(Type type, IDistributedApplicationEvent @event)
    {
        lock (_lock)
        {
            return _subscriptions.TryGetValue(type, out var subscriptions)
                ? [.. subscriptions.Where(s => Concerns(s, @event))]
                : [];
        }
    }

    private static bool Concerns(DistributedApplicationEventSubscription subscription, IDistributedApplicationEvent @event)
        => subscription is not DistributedApplicationResourceEventSubscription { Resource: { } resource }
            || (@event is IDistributedApplicationResourceEvent resourceEvent && ReferenceEquals(resourceEvent.Resource, resource));

    private static async Task CallInOrder(DistributedApplicationEventSubscription[] subscribers, IDistributedApplicationEvent @event, CancellationToken cancellationToken)
    {
        foreach (var subscriber in subscribers)
        {
            await subscriber.Callback(@event, cancellationToken).ConfigureAwait(false);
        }
    }

    // A callback that throws before its first await must not keep the others from being called.
    private static async Task Call(DistributedApplicationEventSubscription subscriber, IDistributedApplicationEvent @event, CancellationToken cancellationToken)
        => await subscriber.Callback(@event, cancellationToken).ConfigureAwait(false);

    private async Task ReportFailure(IDistributedApplicationEvent @event, Task dispatch)
    {
        try
        {
            await dispatch.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception exception)
        {
            UnobservedFailure?.Invoke(@event, exception);
        }
    }
}
