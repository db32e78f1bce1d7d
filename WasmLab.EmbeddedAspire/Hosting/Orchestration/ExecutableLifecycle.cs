using System.Collections.Concurrent;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Processes;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>Runs the executables of the model.</summary>
internal sealed class ExecutableLifecycle(
    ResourceNotificationService notifications,
    ResourceLoggerService resourceLoggers,
    IDistributedApplicationEventing eventing,
    DistributedApplicationModel model,
    DistributedApplicationExecutionContext executionContext,
    ResourceUrls urls,
    IServiceProvider services,
    TimeProvider timeProvider)
{
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<ExecutableResource, Execution> _executions = [];

    public void AddCommands(ExecutableResource resource)
    {
        var own = resource.Annotations.Snapshot().OfType<ResourceCommandAnnotation>().Select(c => c.Name).ToHashSet();
        foreach (var command in ExecutableCommands.For(ct => StartAsync(resource, ct), ct => StopAsync(resource, ct), ct => RestartAsync(resource, ct)))
        {
            if (!own.Contains(command.Name))
            {
                resource.Annotations.Add(command);
            }
        }
    }

    /// <summary>Gives the executable its endpoints and starts it, unless it is started only when asked.</summary>
    public async Task CreateAsync(ExecutableResource resource, CancellationToken cancellationToken)
    {
        try
        {
            await notifications.PublishUpdateAsync(resource, s => s with
            {
                ResourceType = "Executable",
                Properties = ResourceSnapshots.With(
                    s.Properties,
                    new(CustomResourceKnownProperties.Source, resource.Command),
                    new("executable.path", resource.Command),
                    new("executable.workDir", resource.WorkingDirectory)),
            }).ConfigureAwait(false);
            if (EndpointAllocation.Allocate(resource, resourceLoggers.GetLogger(resource)))
            {
                await eventing.PublishAsync(new ResourceEndpointsAllocatedEvent(resource, services), cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await urls.PublishAsync(resource, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            await FailAsync(resource, exception).ConfigureAwait(false);
            return;
        }
        catch (OperationCanceledException)
        {
            return;
        }

        if (!resource.HasAnnotationOfType<ExplicitStartupAnnotation>())
        {
            await LaunchAsync(resource, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Stops every process; each has <see cref="StopTimeout"/> before it is killed.</summary>
    public Task StopAllAsync(CancellationToken cancellationToken) => Task.WhenAll(_executions.Keys.Select(r => StopAsync(r, cancellationToken)));

    private async Task StartAsync(ExecutableResource resource, CancellationToken cancellationToken)
    {
        var waiting = notifications.TryGetCurrentState(resource.Name, out var current) && current.Snapshot.State?.Text == KnownResourceStates.Waiting;
        if (waiting)
        {
            // Whoever waits sees that the resource is not waiting any more, and starts it.
            await notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Starting }).ConfigureAwait(false);
            return;
        }

        await LaunchAsync(resource, cancellationToken).ConfigureAwait(false);
    }

    private async Task RestartAsync(ExecutableResource resource, CancellationToken cancellationToken)
    {
        await StopAsync(resource, cancellationToken).ConfigureAwait(false);
        await LaunchAsync(resource, cancellationToken).ConfigureAwait(false);
    }

    private async Task StopAsync(ExecutableResource resource, CancellationToken cancellationToken)
    {
        if (!_executions.TryGetValue(resource, out var execution))
        {
            return;
        }

        execution.StopAsked = true;
        await notifications.PublishUpdateAsync(resource, s => s.State?.Text == KnownResourceStates.Running ? s with { State = KnownResourceStates.Stopping } : s).ConfigureAwait(false);
        await execution.Process.StopAsync(StopTimeout, timeProvider, cancellationToken).ConfigureAwait(false);
        await execution.Ended.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task LaunchAsync(ExecutableResource resource, CancellationToken cancellationToken)
    {
        if (_executions.ContainsKey(resource))
        {
            resourceLoggers.GetLogger(resource).LogInformation("Resource '{ResourceName}' runs already.", resource.Name);
            return;
        }

        try
        {
            await notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Starting, ExitCode = null, StopTimeStamp = null, StartTimeStamp = null }).ConfigureAwait(false);
            await PublishConnectionStringsAsync(resource, cancellationToken).ConfigureAwait(false);
            await eventing.PublishAsync(new BeforeResourceStartedEvent(resource, services), cancellationToken).ConfigureAwait(false);
            await notifications.PublishUpdateAsync(resource, s => s with { State = KnownResourceStates.Starting }).ConfigureAwait(false);
            var configuration = await ExecutableConfiguration.EvaluateAsync(resource, executionContext, resourceLoggers.GetLogger(resource), cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            await RunAsync(resource, configuration).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception exception)
        {
            await FailAsync(resource, exception).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(ExecutableResource resource, ExecutableConfiguration configuration)
    {
        var process = GuardedProcess.Start(
            resource.Command,
            configuration.Arguments,
            resource.WorkingDirectory,
            configuration.Environment,
            (line, isError) => resourceLoggers.AddLine(resource.Name, line, isError));
        var execution = new Execution(process);
        _executions[resource] = execution;
        await notifications.PublishUpdateAsync(resource, s => s with
        {
            State = KnownResourceStates.Running,
            StartTimeStamp = timeProvider.GetUtcNow().UtcDateTime,
            EnvironmentVariables = [.. configuration.Environment.OrderBy(e => e.Key, StringComparer.Ordinal).Select(e => new EnvironmentVariableSnapshot(e.Key, e.Value, IsFromSpec: true))],
            Properties = ResourceSnapshots.With(
                s.Properties,
                new("executable.pid", process.Id),
                new("executable.args", configuration.Arguments)),
        }).ConfigureAwait(false);
        execution.Ended = Task.Run(() => FollowAsync(resource, execution));
    }

    private async Task FollowAsync(ExecutableResource resource, Execution execution)
    {
        var exitCode = await execution.Process.WaitForExitAsync().ConfigureAwait(false);
        execution.Process.Dispose();
        _executions.TryRemove(new(resource, execution));
        await notifications.PublishUpdateAsync(resource, s => s with
        {
            State = execution.StopAsked
                ? new ResourceStateSnapshot(KnownResourceStates.Exited, null)
                : new ResourceStateSnapshot(KnownResourceStates.Finished, exitCode == 0 ? null : KnownResourceStateStyles.Error),
            ExitCode = exitCode,
            StopTimeStamp = timeProvider.GetUtcNow().UtcDateTime,
        }).ConfigureAwait(false);
    }

    private async Task FailAsync(ExecutableResource resource, Exception exception)
    {
        resourceLoggers.GetLogger(resource).LogError(exception, "Resource '{ResourceName}' could not be started.", resource.Name);
        await notifications.PublishUpdateAsync(resource, s => s with { State = new ResourceStateSnapshot(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error) }).ConfigureAwait(false);
    }

    private async Task PublishConnectionStringsAsync(ExecutableResource resource, CancellationToken cancellationToken)
    {
        if (resource is IResourceWithConnectionString)
        {
            await eventing.PublishAsync(new ConnectionStringAvailableEvent(resource, services), cancellationToken).ConfigureAwait(false);
        }

        foreach (var child in model.Resources.OfType<IResourceWithConnectionString>().Where(r => r is IResourceWithParent { Parent: { } parent } && ReferenceEquals(parent, resource)))
        {
            await eventing.PublishAsync(new ConnectionStringAvailableEvent(child, services), cancellationToken).ConfigureAwait(false);
        }
    }

    private sealed class Execution(GuardedProcess process)
    {
        public GuardedProcess Process { get; } = process;

        public Task Ended { get; set; } = Task.CompletedTask;

        public bool StopAsked { get; set; }
    }
}
