using System.Collections.Immutable;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>What every snapshot gets from the annotations of its resource.</summary>
internal static class ResourceSnapshots
{
    public const string ParentNameProperty = "resource.parentName";

    public static CustomResourceSnapshot Initial(IResource resource)
    {
        var snapshot = resource.TryGetLastAnnotation<ResourceSnapshotAnnotation>(out var initial)
            ? initial.InitialSnapshot
            : new CustomResourceSnapshot { ResourceType = TypeName(resource), Properties = [] };
        return snapshot with
        {
            Relationships = Merge(snapshot.Relationships, Relationships(resource)),
            HealthReports = [.. HealthCheckKeys(resource).Select(k => new HealthReportSnapshot(k, null, null, null))],
        };
    }

    /// <summary>Commands, icon and visibility follow from the annotations and from the rest of the snapshot.</summary>
    public static CustomResourceSnapshot Complete(IResource resource, CustomResourceSnapshot? previous, CustomResourceSnapshot snapshot, IServiceProvider services)
    {
        snapshot = WithRun(previous, snapshot);
        var annotations = resource.Annotations.Snapshot();
        var icon = annotations.OfType<ResourceIconAnnotation>().LastOrDefault();
        var hidden = annotations.OfType<HiddenAnnotation>().LastOrDefault();
        var context = new UpdateCommandStateContext { ResourceSnapshot = snapshot, Services = services };
        return snapshot with
        {
            Commands = Commands(annotations, context),
            IconName = snapshot.IconName ?? icon?.IconName,
            IconVariant = snapshot.IconVariant ?? icon?.IconVariant,
            IsHidden = snapshot.IsHidden || IsHidden(hidden, snapshot),
        };
    }

    public static IReadOnlyList<string> HealthCheckKeys(IResource resource)
        => resource.TryGetAnnotationsIncludingAncestorsOfType<HealthCheckAnnotation>(out var checks) ? [.. checks.Select(c => c.Key).Distinct()] : [];

    public static ImmutableArray<RelationshipSnapshot> Relationships(IResource resource)
    {
        var relationships = resource.Annotations.Snapshot().OfType<ResourceRelationshipAnnotation>().Select(r => new RelationshipSnapshot(r.Resource.Name, r.Type));
        if (resource is IResourceWithParent { Parent: { } parent })
        {
            relationships = relationships.Prepend(new RelationshipSnapshot(parent.Name, RelationshipTypes.Parent));
        }

        return [.. relationships.Distinct()];
    }

    public static ImmutableArray<RelationshipSnapshot> Merge(ImmutableArray<RelationshipSnapshot> own, ImmutableArray<RelationshipSnapshot> derived)
        => [.. OrEmpty(own).Union(derived)];

    public static ImmutableArray<ResourcePropertySnapshot> With(ImmutableArray<ResourcePropertySnapshot> properties, params ReadOnlySpan<ResourcePropertySnapshot> changes)
    {
        var result = OrEmpty(properties).ToList();
        foreach (var change in changes)
        {
            var index = result.FindIndex(p => p.Name == change.Name);
            if (index < 0)
            {
                result.Add(change);
            }
            else
            {
                result[index] = change;
            }
        }

        return [.. result];
    }

    /// <summary>Compares by content; arrays of a record are compared by reference otherwise.</summary>
    public static bool AreSame(CustomResourceSnapshot left, CustomResourceSnapshot right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        return Same(left.Properties, right.Properties, SameProperty)
            && Same(left.HealthReports, right.HealthReports)
            && Same(left.EnvironmentVariables, right.EnvironmentVariables)
            && Same(left.Urls, right.Urls)
            && Same(left.Volumes, right.Volumes)
            && Same(left.Commands, right.Commands)
            && Same(left.Relationships, right.Relationships)
            && WithoutArrays(left) == WithoutArrays(right);
    }

    /// <summary>Health and readiness belong to one run: the next run begins without them.</summary>
    private static CustomResourceSnapshot WithRun(CustomResourceSnapshot? previous, CustomResourceSnapshot snapshot)
    {
        if (snapshot.State?.Text != KnownResourceStates.Running)
        {
            return snapshot.Run is null && snapshot.ReadyHandlers is null ? snapshot : snapshot with { Run = null, ReadyHandlers = null };
        }

        if (snapshot.Run is not null)
        {
            return snapshot;
        }

        var reportsAreOld = previous is not null && Same(previous.HealthReports, snapshot.HealthReports);
        return snapshot with
        {
            Run = new object(),
            ReadyHandlers = null,
            HealthReports = reportsAreOld ? [.. snapshot.HealthReports.Select(r => new HealthReportSnapshot(r.Name, null, null, null))] : snapshot.HealthReports,
        };
    }

    private static CustomResourceSnapshot WithoutArrays(CustomResourceSnapshot snapshot)
        => snapshot with { Properties = [], HealthReports = [], EnvironmentVariables = [], Urls = [], Volumes = [], Commands = [], Relationships = [] };

    private static bool Same<T>(ImmutableArray<T> left, ImmutableArray<T> right, Func<T, T, bool>? same = null)
    {
        left = OrEmpty(left);
        right = OrEmpty(right);
        if (left.Length != right.Length)
        {
            return false;
        }

        for (var i = 0; i < left.Length; i++)
        {
            if (!(same?.Invoke(left[i], right[i]) ?? EqualityComparer<T>.Default.Equals(left[i], right[i])))
            {
                return false;
            }
        }

        return true;
    }

    private static bool SameProperty(ResourcePropertySnapshot left, ResourcePropertySnapshot right)
        => left == right
            || (left.Value is not string and System.Collections.IEnumerable leftItems && right.Value is not string and System.Collections.IEnumerable rightItems
                && left with { Value = null } == right with { Value = null }
                && leftItems.Cast<object>().SequenceEqual(rightItems.Cast<object>()));

    private static ImmutableArray<T> OrEmpty<T>(ImmutableArray<T> array) => array.IsDefault ? [] : array;

    private static string TypeName(IResource resource)
    {
        var name = resource.GetType().Name;
        return name.EndsWith("Resource", StringComparison.Ordinal) && name.Length > "Resource".Length ? name[..^"Resource".Length] : name;
    }

    private static bool IsHidden(HiddenAnnotation? hidden, CustomResourceSnapshot snapshot) => hidden?.Behavior switch
    {
        null => false,
        HiddenBehavior.Always => true,
        _ => snapshot.State?.Text == KnownResourceStates.Finished && snapshot.ExitCode is { } exitCode && hidden.SuccessfulExitCodes.Contains(exitCode),
    };

    private static ImmutableArray<ResourceCommandSnapshot> Commands(IResourceAnnotation[] annotations, UpdateCommandStateContext context)
        => [.. annotations.OfType<ResourceCommandAnnotation>().Select(c => new ResourceCommandSnapshot(
            c.Name, c.UpdateState(context), c.DisplayName, c.DisplayDescription, Parameter: null, c.ConfirmationMessage, c.IconName, c.IconVariant, c.IsHighlighted)
        {
            Arguments = c.Arguments,
            Visibility = c.Visibility,
        })];
}
