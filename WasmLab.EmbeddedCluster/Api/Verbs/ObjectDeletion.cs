using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Store;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary>How to delete.</summary>
internal sealed record DeletionOptions(long? GracePeriodSeconds, string? Uid, string? ResourceVersion, bool DryRun);

/// <summary>What became of a deletion.</summary>
/// <param name="Object">The object as it is, or was last.</param>
/// <param name="Gone">Whether it is gone; otherwise it is marked, and stays until its grace period and finalizers are over.</param>
internal sealed record DeletionResult(StoredObject Object, bool Gone);

/// <summary>Deletes an object, or marks it as deleted.</summary>
internal static class ObjectDeletion
{
    public static DeletionResult Delete(ApiCore core, ResourceDefinition resource, ObjectKey key, DeletionOptions options)
    {
        while (true)
        {
            var current = core.Store.Find(key) ?? throw Statuses.NotFound(resource.Type, key.Name).AsException();
            CheckPreconditions(resource, current, options);
            var context = core.Context(options.DryRun);
            var obj = current.ToJson();
            var grace = resource.Strategy.GracePeriod(obj, options.GracePeriodSeconds, context);
            var held = obj.Arr("metadata", "finalizers") is { Count: > 0 } || resource.Strategy.IsHeld(obj);
            if (grace == 0 && !held)
            {
                if (options.DryRun)
                {
                    return new(current, true);
                }

                var removed = core.Store.Delete(key, current.Revision);
                if (removed.Outcome == WriteOutcome.Done)
                {
                    resource.Strategy.Release(obj, context);
                    return new(removed.Object!, true);
                }
            }
            else if (!Mark(resource, obj, grace, core.Time.GetUtcNow()) || options.DryRun)
            {
                return new(current, false);
            }
            else if (core.Store.Replace(key, current.Revision, obj) is { Outcome: WriteOutcome.Done } marked)
            {
                return new(marked.Object!, false);
            }
        }
    }

    /// <summary>Marks an object; false when it is marked already and this deletion is in no more of a hurry.</summary>
    private static bool Mark(ResourceDefinition resource, JsonObject obj, long grace, DateTimeOffset now)
    {
        var metadata = obj.Child("metadata");
        if (metadata.Str("deletionTimestamp") is not null && (metadata.Int("deletionGracePeriodSeconds") ?? 0) <= grace)
        {
            return false;
        }

        if (metadata.Str("deletionTimestamp") is null)
        {
            resource.Strategy.MarkDeleted(obj);
            if (metadata.Int("generation") is { } generation)
            {
                metadata["generation"] = generation + 1;
            }
        }

        metadata["deletionTimestamp"] = now.AddSeconds(grace).ToApiTime();
        metadata["deletionGracePeriodSeconds"] = grace;
        return true;
    }

    private static void CheckPreconditions(ResourceDefinition resource, StoredObject current, DeletionOptions options)
    {
        if (options.Uid is { } uid && uid != current.Uid)
        {
            throw Statuses.Conflict(
                resource.Type, current.Key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {current.Uid}").AsException();
        }

        if (options.ResourceVersion is { } version && version != current.Root.Str("metadata", "resourceVersion"))
        {
            throw Statuses.Conflict(
                resource.Type, current.Key.Name,
                $"Precondition failed: ResourceVersion in precondition: {version}, ResourceVersion in object meta: {current.Revision}").AsException();
        }
    }
}
