using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Brings the resources of the model to life, in this order:</summary>
/// <remarks>
/// 1. the first snapshot of each resource, parameters first;
/// 2. <see cref="InitializeResourceEvent"/> of each, all at once: custom resources begin;
/// 3. the executables, all at once: endpoints, waits, process;
/// 4. <see cref="AfterResourcesCreatedEvent"/>.
/// The application counts as started after step 2; waiting goes on in the background.
/// </remarks>
internal sealed class Orchestrator(
    DistributedApplicationModel model,
    IDistributedApplicationEventing eventing,
    ResourceNotificationService notifications,
    ResourceLoggerService resourceLoggers,
    ResourceUrls urls,
    ExecutableLifecycle executables,
    IServiceProvider services,
    ILogger<Orchestrator> logger) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private Task _creation = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        eventing.Subscribe<BeforeResourceStartedEvent>(WaitForDependenciesAsync);
        eventing.Subscribe<ResourceEndpointsAllocatedEvent>((@event, ct) => urls.PublishAsync(@event.Resource, ct));
        _ = urls.FollowStatesAsync(_stopping.Token);

        IResource[] resources = [.. model.Resources.OrderBy(r => r is not ParameterResource)];
        foreach (var executable in resources.OfType<ExecutableResource>())
        {
            executables.AddCommands(executable);
        }

        foreach (var resource in resources)
        {
            await PublishFirstSnapshotAsync(resource, cancellationToken).ConfigureAwait(false);
        }

        foreach (var resource in resources)
        {
            var initialize = new InitializeResourceEvent(resource, eventing, resourceLoggers, notifications, services);
            await eventing.PublishAsync(initialize, EventDispatchBehavior.NonBlockingConcurrent, _stopping.Token).ConfigureAwait(false);
        }

        _creation = Task.Run(() => CreateAsync(resources), CancellationToken.None);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _creation.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await executables.StopAllAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task CreateAsync(IResource[] resources)
    {
        await Task.WhenAll(resources.OfType<ExecutableResource>().Select(e => executables.CreateAsync(e, _stopping.Token))).ConfigureAwait(false);
        if (_stopping.IsCancellationRequested)
        {
            return;
        }

        try
        {
            await eventing.PublishAsync(new AfterResourcesCreatedEvent(services, model), _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            logger.LogError(exception, "A handler of AfterResourcesCreatedEvent failed.");
        }
    }

    private async Task PublishFirstSnapshotAsync(IResource resource, CancellationToken cancellationToken)
    {
        var parent = resource.FindParent();
        await notifications.PublishUpdateAsync(resource, s => s with
        {
            CreationTimeStamp = s.CreationTimeStamp ?? urls.Now,
            State = s.State ?? (resource.HasAnnotationOfType<ExplicitStartupAnnotation>() ? KnownResourceStates.NotStarted : null),
            Relationships = ResourceSnapshots.Merge(s.Relationships, ResourceSnapshots.Relationships(resource)),
            Properties = parent is null ? s.Properties : ResourceSnapshots.With(s.Properties, new ResourcePropertySnapshot(ResourceSnapshots.ParentNameProperty, parent.Name)),
        }).ConfigureAwait(false);
        if (resource is ParameterResource parameter)
        {
            await PublishParameterAsync(parameter, cancellationToken).ConfigureAwait(false);
        }
        else if (resource is not ExecutableResource && !resource.HasAnnotationOfType<EndpointAnnotation>())
        {
            await urls.PublishAsync(resource, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task PublishParameterAsync(ParameterResource parameter, CancellationToken cancellationToken)
    {
        try
        {
            var value = await parameter.GetValueAsync(cancellationToken).ConfigureAwait(false);
            await notifications.PublishUpdateAsync(parameter, s => s with
            {
                State = new ResourceStateSnapshot(KnownResourceStates.Running, KnownResourceStateStyles.Success),
                Properties = ResourceSnapshots.With(s.Properties, new ResourcePropertySnapshot("Value", value) { IsSensitive = parameter.Secret }),
            }).ConfigureAwait(false);
        }
        catch (MissingParameterValueException exception)
        {
            resourceLoggers.GetLogger(parameter).LogError("{Problem}", exception.Message);
            logger.LogWarning("{Problem}", exception.Message);
            await notifications.PublishUpdateAsync(parameter, s => s with { State = new ResourceStateSnapshot(KnownResourceStates.ValueMissing, KnownResourceStateStyles.Warn) }).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            resourceLoggers.GetLogger(parameter).LogError(exception, "The value of parameter '{ResourceName}' could not be had.", parameter.Name);
            await notifications.PublishUpdateAsync(parameter, s => s with { State = new ResourceStateSnapshot("Error resolving value", KnownResourceStateStyles.Error) }).ConfigureAwait(false);
        }
    }

    /// <summary>Returns when the resource may start: when everything it waits for is there, or when somebody starts it regardless.</summary>
    private async Task WaitForDependenciesAsync(BeforeResourceStartedEvent @event, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        var waiting = notifications.WaitForDependenciesAsync(@event.Resource, either.Token);
        if (waiting.IsCompletedSuccessfully)
        {
            return;
        }

        var startedRegardless = notifications.WaitForResourceAsync(@event.Resource.Name, e => e.Snapshot.State?.Text != KnownResourceStates.Waiting, either.Token);
        var first = await Task.WhenAny(waiting, startedRegardless).ConfigureAwait(false);
        if (first == waiting || startedRegardless.IsFaulted || startedRegardless.IsCanceled)
        {
            await either.CancelAsync().ConfigureAwait(false);
            await first.ConfigureAwait(false);
            return;
        }

        await either.CancelAsync().ConfigureAwait(false);
        await waiting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        resourceLoggers.GetLogger(@event.Resource).LogInformation("Resource '{ResourceName}' does not wait any longer.", @event.Resource.Name);
    }
}
