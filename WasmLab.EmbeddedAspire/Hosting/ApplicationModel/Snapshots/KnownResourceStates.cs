namespace Aspire.Hosting.ApplicationModel;

/// <summary>The states that every Aspire tool knows.</summary>
public static class KnownResourceStates
{
    /// <summary>It is not started, and will not be unless asked.</summary>
    public static readonly string NotStarted = nameof(NotStarted);

    /// <summary>It waits for what it depends on.</summary>
    public static readonly string Waiting = nameof(Waiting);

    /// <summary>It is starting.</summary>
    public static readonly string Starting = nameof(Starting);

    /// <summary>It is being built.</summary>
    public static readonly string Building = nameof(Building);

    /// <summary>It runs.</summary>
    public static readonly string Running = nameof(Running);

    /// <summary>It is there, without a process of its own.</summary>
    public static readonly string Active = nameof(Active);

    /// <summary>It is stopping.</summary>
    public static readonly string Stopping = nameof(Stopping);

    /// <summary>It was stopped.</summary>
    public static readonly string Exited = nameof(Exited);

    /// <summary>It ended by itself.</summary>
    public static readonly string Finished = nameof(Finished);

    /// <summary>It could not start.</summary>
    public static readonly string FailedToStart = nameof(FailedToStart);

    /// <summary>What it needs to run is not healthy.</summary>
    public static readonly string RuntimeUnhealthy = nameof(RuntimeUnhealthy);

    /// <summary>A parameter has no value.</summary>
    public static readonly string ValueMissing = nameof(ValueMissing);

    /// <summary>The states from which a resource does not go on by itself.</summary>
    public static readonly IReadOnlyList<string> TerminalStates = [Finished, FailedToStart, Exited];
}

/// <summary>How a state is shown.</summary>
public static class KnownResourceStateStyles
{
    /// <summary>All is well.</summary>
    public static readonly string Success = "success";

    /// <summary>Something failed.</summary>
    public static readonly string Error = "error";

    /// <summary>Worth knowing.</summary>
    public static readonly string Info = "info";

    /// <summary>Worth a look.</summary>
    public static readonly string Warn = "warning";
}
