using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace WasmLab.Hosting.Lab;

/// <summary>Runs a resource of the lab as one step: wait for what it depends on, work, be running or finished.</summary>
internal static class LabStepExtensions
{
    /// <summary>The state of a resource whose step cannot be done on this machine.</summary>
    public const string Unavailable = "Unavailable";

    /// <summary>What a step comes to; in a running one that is healthy no more, what it made may be gone.</summary>
    private static readonly HashSet<string> s_done =
        [KnownResourceStates.FailedToStart, Unavailable, KnownResourceStates.Finished, KnownResourceStates.Exited, KnownResourceStates.Running];

    /// <summary>Makes <paramref name="work"/> the start of the resource; <paramref name="done"/> is its state afterwards.</summary>
    public static IResourceBuilder<T> WithStep<T>(this IResourceBuilder<T> builder, string done, Func<T, LabStep, CancellationToken, Task> work)
        where T : IResource
    {
        builder.WithAnnotation(new LabStepAnnotation((step, cancellationToken) => work(builder.Resource, step, cancellationToken)));
        builder.WithInitialState(new CustomResourceSnapshot
        {
            ResourceType = typeof(T).Name.Replace("Resource", string.Empty, StringComparison.Ordinal),
            Properties = [],
            State = KnownResourceStates.NotStarted,
        });

        builder.WithCommand("run-again", "Run again", context => RunAgainAsync(builder.Resource, done, work, context), new CommandOptions
        {
            Description = "Runs this step once more, from where it stands.",
            IconName = "ArrowClockwise",
            UpdateState = context => context.ResourceSnapshot.State?.Text is { } state && s_done.Contains(state)
                ? ResourceCommandState.Enabled
                : ResourceCommandState.Hidden,
        });

        return builder.OnInitializeResource(async (resource, initialize, cancellationToken) =>
        {
            if (initialize.Services.GetRequiredService<LabOptions>().IsPassive)
            {
                return;
            }

            try
            {
                await initialize.Eventing.PublishAsync(new BeforeResourceStartedEvent(resource, initialize.Services), cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                initialize.Logger.LogError("{Name} cannot start: {Reason}", resource.Name, exception.Message);
                await initialize.Notifications.PublishUpdateAsync(resource, snapshot => snapshot with { State = Failed }).ConfigureAwait(false);
                return;
            }

            await RunAsync(resource, initialize.Services, done, work, cancellationToken).ConfigureAwait(false);
        });
    }

    private static ResourceStateSnapshot Failed => new(KnownResourceStates.FailedToStart, KnownResourceStateStyles.Error);

    private static async Task<ExecuteCommandResult> RunAgainAsync<T>(
        T resource, string done, Func<T, LabStep, CancellationToken, Task> work, ExecuteCommandContext context)
        where T : IResource
    {
        var failure = await RunAsync(resource, context.Services, done, work, context.CancellationToken).ConfigureAwait(false);
        return failure is null ? CommandResults.Success() : CommandResults.Failure(failure);
    }

    private static async Task<string?> RunAsync<T>(
        T resource, IServiceProvider services, string done, Func<T, LabStep, CancellationToken, Task> work, CancellationToken cancellationToken)
        where T : IResource
    {
        var notifications = services.GetRequiredService<ResourceNotificationService>();
        var logger = services.GetRequiredService<ResourceLoggerService>().GetLogger(resource);
        var time = services.GetRequiredService<TimeProvider>();
        var timings = services.GetRequiredService<LabTimings>();

        await notifications.PublishUpdateAsync(resource, snapshot => snapshot with
        {
            State = KnownResourceStates.Starting,
            StartTimeStamp = time.GetUtcNow().UtcDateTime,
            StopTimeStamp = null,
            ExitCode = null,
        }).ConfigureAwait(false);
        timings.Started(resource.Name);

        using var activity = services.GetRequiredService<BringUpTrace>().StartStep(resource.Name);
        try
        {
            await work(resource, new LabStep(resource, services, logger, notifications), cancellationToken).ConfigureAwait(false);
            activity?.SetStatus(ActivityStatusCode.Ok);
            timings.Done(resource.Name);
            await notifications.PublishUpdateAsync(resource, snapshot => snapshot with
            {
                State = done,
                ExitCode = done == KnownResourceStates.Finished ? 0 : null,
                StopTimeStamp = done == KnownResourceStates.Finished ? time.GetUtcNow().UtcDateTime : null,
            }).ConfigureAwait(false);
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            activity?.SetStatus(ActivityStatusCode.Error, "cancelled");
            await notifications.PublishUpdateAsync(resource, snapshot => snapshot with { State = KnownResourceStates.Exited }).ConfigureAwait(false);
            return "cancelled";
        }
        catch (StepUnavailableException unavailable)
        {
            logger.LogWarning("{Reason}", unavailable.Message);
            activity?.SetStatus(ActivityStatusCode.Ok, unavailable.Message);
            timings.Unavailable(resource.Name, unavailable.Message);
            await notifications.PublishUpdateAsync(resource, snapshot => snapshot with
            {
                State = new ResourceStateSnapshot(Unavailable, KnownResourceStateStyles.Warn),
            }).ConfigureAwait(false);
            return unavailable.Message;
        }
        catch (Exception exception)
        {
            logger.LogError("{Name} failed: {Reason}", resource.Name, exception.Message);
            activity?.SetStatus(ActivityStatusCode.Error, exception.Message);
            activity?.AddException(exception);
            timings.Failed(resource.Name, exception.Message);
            await notifications.PublishUpdateAsync(resource, snapshot => snapshot with { State = Failed }).ConfigureAwait(false);
            return exception.Message;
        }
    }
}
