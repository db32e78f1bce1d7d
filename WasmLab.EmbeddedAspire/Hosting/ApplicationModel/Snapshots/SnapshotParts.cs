using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>A state and how it is shown.</summary>
/// <param name="Text">The state, one of <see cref="KnownResourceStates"/> or any other text.</param>
/// <param name="Style">One of <see cref="KnownResourceStateStyles"/>; null is chosen by the state.</param>
public sealed record ResourceStateSnapshot(string Text, string? Style)
{
    /// <summary>A state by its text, without a style.</summary>
    public static implicit operator ResourceStateSnapshot?(string? s) => s is null ? null : new(s, Style: null);
}

/// <summary>A named value of a resource.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
public sealed record ResourcePropertySnapshot(string Name, object? Value)
{
    /// <summary>Whether the value is shown only on demand.</summary>
    public bool IsSensitive { get; init; }

    /// <summary>Whether the value is shown first.</summary>
    public bool IsHighlighted { get; init; }

    /// <summary>What is shown for the name; null is the name.</summary>
    public string? DisplayName { get; init; }

    /// <summary>The place among the properties; null is last.</summary>
    public int? SortOrder { get; init; }
}

/// <summary>An environment variable of a resource.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value.</param>
/// <param name="IsFromSpec">Whether the model sets it (or the machine).</param>
public sealed record EnvironmentVariableSnapshot(string Name, string? Value, bool IsFromSpec);

/// <summary>An address to open.</summary>
/// <param name="Name">The name of its endpoint; null when it has none.</param>
/// <param name="Url">The address.</param>
/// <param name="IsInternal">Whether it is only for other resources.</param>
public sealed record UrlSnapshot(string? Name, string Url, bool IsInternal)
{
    /// <summary>Whether nothing answers there at present.</summary>
    public bool IsInactive { get; init; }

    /// <summary>How it is shown.</summary>
    public UrlDisplayPropertiesSnapshot DisplayProperties { get; init; } = new();
}

/// <summary>How an address is shown.</summary>
/// <param name="DisplayName">The text; empty is the address.</param>
/// <param name="SortOrder">The place: the highest comes first.</param>
public sealed record UrlDisplayPropertiesSnapshot(string DisplayName = "", int SortOrder = 0);

/// <summary>A volume of a resource.</summary>
/// <param name="Source">What is mounted.</param>
/// <param name="Target">Where it is mounted.</param>
/// <param name="MountType">How it is mounted.</param>
/// <param name="IsReadOnly">Whether it is read-only.</param>
public sealed record VolumeSnapshot(string? Source, string Target, string MountType, bool IsReadOnly);

/// <summary>How a resource relates to another.</summary>
/// <param name="ResourceName">The name of the other.</param>
/// <param name="Type">The type of the relationship, such as Parent, Reference, WaitFor.</param>
public sealed record RelationshipSnapshot(string ResourceName, string Type);

/// <summary>The result of a health check.</summary>
/// <param name="Name">The key of the check.</param>
/// <param name="Status">The result; null is not checked yet.</param>
/// <param name="Description">What the check says.</param>
/// <param name="ExceptionText">What the check threw.</param>
public sealed record HealthReportSnapshot(string Name, HealthStatus? Status, string? Description, string? ExceptionText)
{
    /// <summary>When it was last checked.</summary>
    public DateTime? LastRunAt { get; init; }
}

/// <summary>A variant of an icon.</summary>
public enum IconVariant
{
    /// <summary>Lines.</summary>
    Regular = 0,

    /// <summary>Filled.</summary>
    Filled = 1,
}

/// <summary>The names of properties that every Aspire tool knows.</summary>
public static class CustomResourceKnownProperties
{
    /// <summary>Where the resource comes from: an image, a project, a file.</summary>
    public static string Source { get; } = "resource.source";

    /// <summary>The connection string.</summary>
    public static string ConnectionString { get; } = "resource.connectionString";
}
