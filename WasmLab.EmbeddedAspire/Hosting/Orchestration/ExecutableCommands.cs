using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>The commands that the host gives to what it runs itself.</summary>
internal static class ExecutableCommands
{
    public static IEnumerable<ResourceCommandAnnotation> For(
        Func<CancellationToken, Task> start,
        Func<CancellationToken, Task> stop,
        Func<CancellationToken, Task> restart) =>
    [
        Command(KnownResourceCommands.StartCommand, "Start", "Start resource", "Play", isHighlighted: true, start, s =>
            IsStarting(s) || s is null ? ResourceCommandState.Disabled
            : IsStopped(s) || s == KnownResourceStates.Waiting ? ResourceCommandState.Enabled
            : ResourceCommandState.Hidden),
        Command(KnownResourceCommands.StopCommand, "Stop", "Stop resource", "Stop", isHighlighted: true, stop, s =>
            IsStopped(s) ? ResourceCommandState.Hidden
            : CannotStop(s) ? ResourceCommandState.Disabled
            : ResourceCommandState.Enabled),
        Command(KnownResourceCommands.RestartCommand, "Restart", "Restart resource", "ArrowCounterclockwise", isHighlighted: false, restart, s =>
            IsStopped(s) || CannotStop(s) ? ResourceCommandState.Disabled : ResourceCommandState.Enabled),
    ];

    private static bool IsStarting(string? state) => state == KnownResourceStates.Starting || state == KnownResourceStates.Building || state == KnownResourceStates.Stopping;

    private static bool IsStopped(string? state) => state is not null && (KnownResourceStates.TerminalStates.Contains(state) || state == KnownResourceStates.NotStarted);

    private static bool CannotStop(string? state) => state is null || IsStarting(state) || state == KnownResourceStates.Waiting;

    private static ResourceCommandAnnotation Command(
        string name,
        string displayName,
        string description,
        string iconName,
        bool isHighlighted,
        Func<CancellationToken, Task> execute,
        Func<string?, ResourceCommandState> state)
        => new(
            name,
            displayName,
            context => state(context.ResourceSnapshot.State?.Text),
            async context =>
            {
                await execute(context.CancellationToken).ConfigureAwait(false);
                return CommandResults.Success();
            },
            description,
            arguments: null,
            confirmationMessage: null,
            iconName,
            IconVariant.Filled,
            isHighlighted);
}
