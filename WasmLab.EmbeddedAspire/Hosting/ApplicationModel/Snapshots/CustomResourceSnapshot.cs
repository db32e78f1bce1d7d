using System.Collections.Immutable;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What is to be seen of a resource at one moment.</summary>
public sealed record CustomResourceSnapshot
{
    /// <summary>The type of the resource, as a reader names it.</summary>
    public required string ResourceType { get; init; }

    /// <summary>Named values.</summary>
    public required ImmutableArray<ResourcePropertySnapshot> Properties { get; init; }

    /// <summary>When the resource was created.</summary>
    public DateTime? CreationTimeStamp { get; init; }

    /// <summary>When it was started.</summary>
    public DateTime? StartTimeStamp { get; init; }

    /// <summary>When it stopped.</summary>
    public DateTime? StopTimeStamp { get; init; }

    /// <summary>The state; null is not known yet.</summary>
    public ResourceStateSnapshot? State { get; init; }

    /// <summary>The exit code of its process, once it has ended.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The worst of the health reports; null unless the resource is running. Without reports a running resource is healthy.</summary>
    public HealthStatus? HealthStatus => State?.Text != KnownResourceStates.Running
        ? null
        : HealthReports.IsDefaultOrEmpty
            ? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
            : HealthReports.Min(r => r.Status ?? Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Unhealthy);

    /// <summary>The result of each health check.</summary>
    public ImmutableArray<HealthReportSnapshot> HealthReports { get; internal init; } = [];

    /// <summary>The environment variables.</summary>
    public ImmutableArray<EnvironmentVariableSnapshot> EnvironmentVariables { get; init; } = [];

    /// <summary>The addresses to open.</summary>
    public ImmutableArray<UrlSnapshot> Urls { get; init; } = [];

    /// <summary>The volumes.</summary>
    public ImmutableArray<VolumeSnapshot> Volumes { get; init; } = [];

    /// <summary>The commands with their states.</summary>
    public ImmutableArray<ResourceCommandSnapshot> Commands { get; init; } = [];

    /// <summary>How it relates to other resources.</summary>
    public ImmutableArray<RelationshipSnapshot> Relationships { get; init; } = [];

    /// <summary>Whether it is left out of lists.</summary>
    public bool IsHidden { get; init; }

    /// <summary>The name of its icon.</summary>
    public string? IconName { get; init; }

    /// <summary>The variant of its icon.</summary>
    public IconVariant? IconVariant { get; init; }

    /// <summary>Completes when the handlers of <see cref="ResourceReadyEvent"/> are done; null until it is published.</summary>
    internal Task? ReadyHandlers { get; init; }

    /// <summary>Tells one run of the resource from the next; null while it does not run.</summary>
    internal object? Run { get; init; }
}

/// <summary>Extends snapshots.</summary>
public static class CustomResourceSnapshotExtensions
{
    /// <summary>The snapshot with other health reports.</summary>
    public static CustomResourceSnapshot WithHealthReports(this CustomResourceSnapshot snapshot, ImmutableArray<HealthReportSnapshot> healthReports)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        return snapshot with { HealthReports = healthReports };
    }
}
