using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Dashboard.Client;

/// <summary>How a state looks: its colour and icon.</summary>
internal enum Tone
{
    Neutral,
    Info,
    Success,
    Warning,
    Error,
}

/// <summary>One resource at one moment, as the pages show it.</summary>
internal sealed record ResourceView(string Id, string Name, CustomResourceSnapshot Snapshot)
{
    public const string ParentProperty = "resource.parentName";
    private const string ParentRelationship = "Parent";

    public string Type => Snapshot.ResourceType;

    public string State => Snapshot.State?.Text is { Length: > 0 } text ? text : "Unknown";

    /// <summary>What the row says: the state, and the health where it is not what the state promises.</summary>
    public string StateText => Health is HealthStatus.Unhealthy or HealthStatus.Degraded ? $"{State} ({Health})" : State;

    public HealthStatus? Health => Snapshot.HealthStatus;

    public Tone Tone => Snapshot.State switch
    {
        null => Tone.Neutral,
        { Text: var text } when text == KnownResourceStates.Running => Health switch
        {
            HealthStatus.Unhealthy => Tone.Warning,
            HealthStatus.Degraded => Tone.Warning,
            _ => Tone.Success,
        },
        { Text: var text } when text == KnownResourceStates.FailedToStart || text == KnownResourceStates.RuntimeUnhealthy => Tone.Error,
        { Text: var text } when text == KnownResourceStates.Exited => Snapshot.ExitCode is null or 0 ? Tone.Neutral : Tone.Error,
        { Text: var text } when text == KnownResourceStates.Finished => Snapshot.ExitCode is null or 0 ? Tone.Success : Tone.Error,
        { Text: var text } when text == KnownResourceStates.Active => Tone.Success,
        { Text: var text } when text == KnownResourceStates.ValueMissing => Tone.Warning,
        { Text: var text } when text == KnownResourceStates.Waiting || text == KnownResourceStates.Starting
            || text == KnownResourceStates.Stopping || text == KnownResourceStates.Building => Tone.Info,
        { Style: "success" } => Tone.Success,
        { Style: "info" } => Tone.Info,
        { Style: "warning" } => Tone.Warning,
        { Style: "error" } => Tone.Error,
        _ => Tone.Neutral,
    };

    public bool IsBusy => State == KnownResourceStates.Waiting || State == KnownResourceStates.Starting
        || State == KnownResourceStates.Stopping || State == KnownResourceStates.Building;

    public string? Source => Property(CustomResourceKnownProperties.Source);

    public string? ParentName => Property(ParentProperty)
        ?? Snapshot.Relationships.FirstOrDefault(relationship => relationship.Type == ParentRelationship)?.ResourceName;

    public IEnumerable<UrlSnapshot> Urls => Snapshot.Urls
        .Where(url => !url.IsInternal && !url.IsInactive)
        .OrderByDescending(url => url.DisplayProperties.SortOrder);

    public IEnumerable<ResourceCommandSnapshot> Commands => Snapshot.Commands
        .Where(command => command.State != ResourceCommandState.Hidden && command.Visibility.HasFlag(ResourceCommandVisibility.UI));

    /// <summary>What this resource needs: the arrows of the graph.</summary>
    public IEnumerable<RelationshipSnapshot> Dependencies => Snapshot.Relationships.Where(relationship => relationship.Type != ParentRelationship);

    /// <summary>One of the twelve colours that tell resources apart everywhere; the same for the same name.</summary>
    public int Color => ColorOf(Name);

    public static int ColorOf(string name) => (int)(name.Aggregate(2166136261u, (hash, character) => (hash ^ character) * 16777619u) % 12);

    public bool Is(string name) => string.Equals(Name, name, StringComparison.OrdinalIgnoreCase) || string.Equals(Id, name, StringComparison.OrdinalIgnoreCase);

    private string? Property(string name) => Snapshot.Properties.FirstOrDefault(property => property.Name == name)?.Value?.ToString();
}
