namespace Aspire.Hosting.ApplicationModel;

/// <summary>A command of the resource.</summary>
public sealed class ResourceCommandAnnotation : IResourceAnnotation
{
    /// <summary>Creates the annotation.</summary>
    public ResourceCommandAnnotation(
        string name,
        string displayName,
        Func<UpdateCommandStateContext, ResourceCommandState> updateState,
        Func<ExecuteCommandContext, Task<ExecuteCommandResult>> executeCommand,
        string? displayDescription,
        IReadOnlyList<InteractionInput>? arguments,
        string? confirmationMessage,
        string? iconName,
        IconVariant? iconVariant,
        bool isHighlighted,
        ResourceCommandVisibility visibility = ResourceCommandVisibility.UI | ResourceCommandVisibility.Api,
        Func<InputsDialogValidationContext, Task>? validateArguments = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(displayName);
        ArgumentNullException.ThrowIfNull(updateState);
        ArgumentNullException.ThrowIfNull(executeCommand);
        Name = name;
        DisplayName = displayName;
        UpdateState = updateState;
        ExecuteCommand = executeCommand;
        DisplayDescription = displayDescription;
        Arguments = arguments ?? [];
        ConfirmationMessage = confirmationMessage;
        IconName = iconName;
        IconVariant = iconVariant;
        IsHighlighted = isHighlighted;
        Visibility = visibility;
        ValidateArguments = validateArguments;
    }

    /// <summary>The name by which it is executed.</summary>
    public string Name { get; }

    /// <summary>What is shown.</summary>
    public string DisplayName { get; }

    /// <summary>Tells from a snapshot whether it can be executed.</summary>
    public Func<UpdateCommandStateContext, ResourceCommandState> UpdateState { get; }

    /// <summary>Executes it.</summary>
    public Func<ExecuteCommandContext, Task<ExecuteCommandResult>> ExecuteCommand { get; }

    /// <summary>What it does.</summary>
    public string? DisplayDescription { get; }

    /// <summary>The values that it asks for.</summary>
    public IReadOnlyList<InteractionInput> Arguments { get; }

    /// <summary>What is asked before it is executed; null asks nothing.</summary>
    public string? ConfirmationMessage { get; }

    /// <summary>The name of its icon.</summary>
    public string? IconName { get; }

    /// <summary>The variant of its icon.</summary>
    public IconVariant? IconVariant { get; }

    /// <summary>Whether it is shown as a button of its own.</summary>
    public bool IsHighlighted { get; }

    /// <summary>Where it can be executed from.</summary>
    public ResourceCommandVisibility Visibility { get; }

    /// <summary>Checks the arguments before it is executed.</summary>
    public Func<InputsDialogValidationContext, Task>? ValidateArguments { get; }
}

/// <summary>What tells the state of a command.</summary>
public sealed class UpdateCommandStateContext
{
    /// <summary>The snapshot of the resource.</summary>
    public required CustomResourceSnapshot ResourceSnapshot { get; init; }

    /// <summary>The services of the application.</summary>
    public required IServiceProvider Services { get; init; }
}
