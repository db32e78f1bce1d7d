namespace Aspire.Hosting.ApplicationModel;

/// <summary>A command of a resource and its state.</summary>
/// <param name="Name">The name by which it is executed.</param>
/// <param name="State">Whether it can be executed now.</param>
/// <param name="DisplayName">What is shown.</param>
/// <param name="DisplayDescription">What it does.</param>
/// <param name="Parameter">Not used any more.</param>
/// <param name="ConfirmationMessage">What is asked before it is executed; null asks nothing.</param>
/// <param name="IconName">The name of its icon.</param>
/// <param name="IconVariant">The variant of its icon.</param>
/// <param name="IsHighlighted">Whether it is shown as a button of its own.</param>
public sealed record ResourceCommandSnapshot(
    string Name,
    ResourceCommandState State,
    string DisplayName,
    string? DisplayDescription,
    [property: Obsolete("Use Arguments.")] object? Parameter,
    string? ConfirmationMessage,
    string? IconName,
    IconVariant? IconVariant,
    bool IsHighlighted)
{
    /// <summary>The values that it asks for.</summary>
    public IReadOnlyList<InteractionInput> Arguments { get; init; } = [];

    /// <summary>Where it can be executed from.</summary>
    public ResourceCommandVisibility Visibility { get; init; } = ResourceCommandVisibility.UI | ResourceCommandVisibility.Api;
}

/// <summary>Whether a command can be executed.</summary>
public enum ResourceCommandState
{
    /// <summary>It can be executed.</summary>
    Enabled = 0,

    /// <summary>It is shown and cannot be executed.</summary>
    Disabled = 1,

    /// <summary>It is not shown.</summary>
    Hidden = 2,
}

/// <summary>Where a command can be executed from.</summary>
[Flags]
public enum ResourceCommandVisibility
{
    /// <summary>Nowhere but in the AppHost.</summary>
    None = 0,

    /// <summary>The dashboard.</summary>
    UI = 1,

    /// <summary>Programs.</summary>
    Api = 2,
}
