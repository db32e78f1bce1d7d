using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.ApplicationModel;

public partial class ResourceNotificationService
{
    /// <summary>Waits until a resource is in a state; null is <see cref="KnownResourceStates.Running"/>.</summary>
    public Task WaitForResourceAsync(string resourceName, string? targetState = null, CancellationToken cancellationToken = default)
        => WaitForResourceAsync(resourceName, [targetState ?? KnownResourceStates.Running], cancellationToken);

    /// <summary>Waits until a resource is in one of the states.</summary>
    /// <returns>The state that it is in.</returns>
    public async Task<string> WaitForResourceAsync(string resourceName, IEnumerable<string> targetStates, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(targetStates);
        var wanted = targetStates.ToHashSet(StringComparer.OrdinalIgnoreCase);
        var found = await WaitForResourceAsync(resourceName, e => e.Snapshot.State?.Text is { Length: > 0 } state && wanted.Contains(state), cancellationToken).ConfigureAwait(false);
        return found.Snapshot.State!.Text;
    }

    /// <summary>Waits until a snapshot of a resource is as wanted.</summary>
    /// <exception cref="OperationCanceledException">The application stops, or the token is cancelled.</exception>
    public async Task<ResourceEvent> WaitForResourceAsync(string resourceName, Func<ResourceEvent, bool> predicate, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(resourceName);
        ArgumentNullException.ThrowIfNull(predicate);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        await foreach (var resourceEvent in WatchAsync(either.Token).ConfigureAwait(false))
        {
            if (string.Equals(resourceEvent.Resource.Name, resourceName, StringComparison.OrdinalIgnoreCase) && predicate(resourceEvent))
            {
                return resourceEvent;
            }
        }

        throw new OperationCanceledException($"The application stopped while '{resourceName}' was waited for.");
    }

    /// <summary>Waits until a resource is healthy and ready, as the application's rule for unavailable resources says.</summary>
    public Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, CancellationToken cancellationToken = default)
        => WaitForResourceHealthyAsync(resourceName, _defaultWaitBehavior, cancellationToken);

    /// <summary>Waits until a resource is healthy and ready.</summary>
    /// <exception cref="DistributedApplicationException">The resource cannot be had and <paramref name="waitBehavior"/> says to stop.</exception>
    public async Task<ResourceEvent> WaitForResourceHealthyAsync(string resourceName, WaitBehavior waitBehavior, CancellationToken cancellationToken = default)
    {
        var found = await WaitForResourceAsync(
            resourceName,
            e => IsReady(e.Snapshot) || (waitBehavior == WaitBehavior.StopOnResourceUnavailable && IsUnavailable(e.Snapshot)),
            cancellationToken).ConfigureAwait(false);
        if (!IsReady(found.Snapshot))
        {
            throw new DistributedApplicationException($"Stopped waiting for resource '{resourceName}' to become healthy: it is in the state '{found.Snapshot.State?.Text}'. Its log says why.");
        }

        await found.Snapshot.ReadyHandlers!.WaitAsync(cancellationToken).ConfigureAwait(false);
        return found;
    }

    /// <summary>Waits for everything that a resource waits for; while it does, the resource is <see cref="KnownResourceStates.Waiting"/>.</summary>
    /// <exception cref="DistributedApplicationException">Something that it waits for cannot be had, and its rule says to stop.</exception>
    public async Task WaitForDependenciesAsync(IResource resource, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(resource);
        var waits = resource.Annotations.Snapshot().OfType<WaitAnnotation>().Where(w => w.Resource is not IResourceWithoutLifetime).ToArray();
        if (waits.Length == 0)
        {
            return;
        }

        await PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Waiting }).ConfigureAwait(false);
        using var firstFailure = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var pending = waits.Select(w => Wait(w)).ToList();
        while (pending.Count > 0)
        {
            var done = await Task.WhenAny(pending).ConfigureAwait(false);
            pending.Remove(done);
            if (!done.IsCompletedSuccessfully)
            {
                await firstFailure.CancelAsync().ConfigureAwait(false);
                await done.ConfigureAwait(false);
            }
        }

        Task Wait(WaitAnnotation wait) => wait.WaitType switch
        {
            WaitType.WaitForCompletion => WaitForCompletionAsync(resource, wait, firstFailure.Token),
            WaitType.WaitUntilStarted => WaitUntilStartedAsync(resource, wait, firstFailure.Token),
            _ => WaitUntilHealthyAsync(resource, wait, firstFailure.Token),
        };
    }

    private async Task<ResourceEvent> WaitUntilStartedAsync(IResource resource, WaitAnnotation wait, CancellationToken cancellationToken)
    {
        var logger = _loggers.GetLogger(resource);
        var stop = (wait.WaitBehavior ?? _defaultWaitBehavior) == WaitBehavior.StopOnResourceUnavailable;
        var dependency = wait.Resource;
        logger.LogInformation("Waiting for resource '{ResourceName}' to enter the '{State}' state.", dependency.Name, KnownResourceStates.Running);
        var found = await WaitForResourceAsync(dependency.Name, e => IsRunning(e.Snapshot) || (stop && IsUnavailable(e.Snapshot)), cancellationToken).ConfigureAwait(false);
        if (!IsRunning(found.Snapshot))
        {
            throw Unavailable(logger, resource, found, "before it was running");
        }

        if (wait.WaitType == WaitType.WaitUntilStarted)
        {
            logger.LogInformation("Finished waiting for resource '{ResourceName}'.", dependency.Name);
        }

        return found;
    }

    private async Task WaitUntilHealthyAsync(IResource resource, WaitAnnotation wait, CancellationToken cancellationToken)
    {
        var logger = _loggers.GetLogger(resource);
        var stop = (wait.WaitBehavior ?? _defaultWaitBehavior) == WaitBehavior.StopOnResourceUnavailable;
        var dependency = wait.Resource;
        var found = await WaitUntilStartedAsync(resource, wait, cancellationToken).ConfigureAwait(false);

        if (!IsReady(found.Snapshot))
        {
            if (dependency.HasAnnotationIncludingAncestorsOfType<HealthCheckAnnotation>())
            {
                logger.LogInformation("Waiting for resource '{ResourceName}' to become healthy.", dependency.Name);
            }

            found = await WaitForResourceAsync(dependency.Name, e => IsReady(e.Snapshot) || (stop && IsUnavailable(e.Snapshot)), cancellationToken).ConfigureAwait(false);
            if (!IsReady(found.Snapshot))
            {
                throw Unavailable(logger, resource, found, "before it was healthy");
            }
        }

        await found.Snapshot.ReadyHandlers!.WaitAsync(cancellationToken).ConfigureAwait(false);
        logger.LogInformation("Finished waiting for resource '{ResourceName}'.", dependency.Name);
    }

    private async Task WaitForCompletionAsync(IResource resource, WaitAnnotation wait, CancellationToken cancellationToken)
    {
        var logger = _loggers.GetLogger(resource);
        var stop = (wait.WaitBehavior ?? _defaultWaitBehavior) == WaitBehavior.StopOnResourceUnavailable;
        var dependency = wait.Resource;
        logger.LogInformation("Waiting for resource '{ResourceName}' to complete.", dependency.Name);
        var found = await WaitForResourceAsync(dependency.Name, e => IsCompletedAs(e.Snapshot, wait.ExitCode) || (stop && IsUnavailable(e.Snapshot)), cancellationToken).ConfigureAwait(false);
        if (found.Snapshot.State?.Text == KnownResourceStates.FailedToStart)
        {
            throw Unavailable(logger, resource, found, "before it could complete");
        }

        if (!IsCompletedAs(found.Snapshot, wait.ExitCode))
        {
            logger.LogError("Resource '{ResourceName}' has entered the '{State}' state with exit code '{ExitCode}', expected '{ExpectedExitCode}'.", dependency.Name, found.Snapshot.State?.Text, found.Snapshot.ExitCode, wait.ExitCode);
            throw new DistributedApplicationException($"Resource '{dependency.Name}' has entered the '{found.Snapshot.State?.Text}' state with exit code '{found.Snapshot.ExitCode}', expected '{wait.ExitCode}', so '{resource.Name}' does not start.");
        }

        logger.LogInformation("Finished waiting for resource '{ResourceName}'.", dependency.Name);
    }

    private static bool IsRunning(CustomResourceSnapshot snapshot) => snapshot.State?.Text == KnownResourceStates.Running;

    private static bool IsReady(CustomResourceSnapshot snapshot)
        => snapshot is { HealthStatus: Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy, ReadyHandlers: not null };

    private static bool IsUnavailable(CustomResourceSnapshot snapshot)
        => snapshot.State?.Text is { } state && (KnownResourceStates.TerminalStates.Contains(state) || state == KnownResourceStates.RuntimeUnhealthy);

    private static bool IsCompletedAs(CustomResourceSnapshot snapshot, int exitCode)
        => (snapshot.State?.Text == KnownResourceStates.Finished || snapshot.State?.Text == KnownResourceStates.Exited)
            && (snapshot.ExitCode is null || snapshot.ExitCode == exitCode);

    private static DistributedApplicationException Unavailable(ILogger logger, IResource resource, ResourceEvent dependency, string when)
    {
        var name = dependency.Resource.Name;
        var state = dependency.Snapshot.State?.Text;
        if (state == KnownResourceStates.FailedToStart)
        {
            logger.LogError("Dependency resource '{ResourceName}' failed to start.", name);
            return new DistributedApplicationException($"Dependency resource '{name}' failed to start, so '{resource.Name}' does not start.");
        }

        logger.LogError("Resource '{ResourceName}' has entered the '{State}' state prematurely.", name, state);
        return new DistributedApplicationException($"Resource '{name}' has entered the '{state}' state {when}, so '{resource.Name}' does not start.");
    }
}
