using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Store;
using WasmLab.EmbeddedCluster.Api.Validation;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary>Changes an object: what may not change is restored, the result judged, the generation counted, and the object stored, or removed if only this held it.</summary>
internal static class ObjectUpdate
{
    private const int Tries = 8;

    private static readonly string[] s_serverOwned =
        ["uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "generateName", "selfLink", "namespace"];

    /// <summary>Changes an object.</summary>
    /// <param name="core">The API.</param>
    /// <param name="resource">Its resource.</param>
    /// <param name="key">The object.</param>
    /// <param name="change">Makes the new state out of a copy of the stored one; called again when another write came in between.</param>
    /// <param name="options">How to write.</param>
    /// <param name="own">Records who owns the fields of the new state, given the old one.</param>
    public static StoredObject Update(
        ApiCore core, ResourceDefinition resource, ObjectKey key, Func<JsonObject, JsonObject> change, WriteOptions options,
        Action<JsonObject, JsonObject>? own = null)
    {
        for (var tries = 1; ; tries++)
        {
            var current = core.Store.Find(key) ?? throw Statuses.NotFound(resource.Type, key.Name).AsException();
            var old = current.ToJson();
            var obj = change(old.DeepClone().AsObject());
            var conditional = CheckPreconditions(resource, key, obj, old);
            Prepare(resource, obj, old, options);
            resource.Strategy.AdmitUpdate(obj, old, core.Context(options.DryRun));
            own?.Invoke(obj, old);
            if (JsonNode.DeepEquals(obj, old))
            {
                return current;
            }

            if (options.DryRun)
            {
                return StoredObject.Unsaved(key, obj);
            }

            var result = IsFinished(resource, obj)
                ? core.Store.Delete(key, current.Revision, obj)
                : core.Store.Replace(key, current.Revision, obj);
            switch (result.Outcome)
            {
                case WriteOutcome.Done:
                    if (IsFinished(resource, obj))
                    {
                        resource.Strategy.Release(obj, core.Context(false));
                    }

                    return result.Object!;
                case WriteOutcome.NotFound:
                    throw Statuses.NotFound(resource.Type, key.Name).AsException();
                default:
                    // Even a change with a version of its own is tried again: it then fails with the conflict that it is.
                    if (tries == Tries && !conditional)
                    {
                        throw Statuses.Modified(resource.Type, key.Name).AsException();
                    }

                    break;
            }
        }
    }

    /// <summary>Whether an object that is marked as deleted is held by nothing any more.</summary>
    public static bool IsFinished(ResourceDefinition resource, JsonObject obj) =>
        obj.Str("metadata", "deletionTimestamp") is not null
        && obj.Int("metadata", "deletionGracePeriodSeconds") is null or 0
        && obj.Arr("metadata", "finalizers") is null or { Count: 0 }
        && !resource.Strategy.IsHeld(obj);

    private static bool CheckPreconditions(ResourceDefinition resource, ObjectKey key, JsonObject obj, JsonObject old)
    {
        var metadata = obj.Child("metadata");
        if (metadata.Str("name") is { } name && name != key.Name)
        {
            throw Statuses.BadRequest($"the name of the object ({name}) does not match the name on the URL ({key.Name})").AsException();
        }

        if (metadata.Str("namespace") is { } ns && ns != key.Namespace)
        {
            throw Statuses.BadRequest("the namespace of the provided object does not match the namespace sent on the request").AsException();
        }

        if (metadata.Str("uid") is { } uid && uid != old.Str("metadata", "uid"))
        {
            throw Statuses.Conflict(
                resource.Type, key.Name, $"Precondition failed: UID in precondition: {uid}, UID in object meta: {old.Str("metadata", "uid")}").AsException();
        }

        var version = metadata.Str("resourceVersion");
        if (version is not null && version != "0" && version != old.Str("metadata", "resourceVersion"))
        {
            throw Statuses.Modified(resource.Type, key.Name).AsException();
        }

        return version is not null;
    }

    private static void Prepare(ResourceDefinition resource, JsonObject obj, JsonObject old, WriteOptions options)
    {
        var (metadata, before) = (obj.Child("metadata"), old.Child("metadata"));
        metadata.CopyFrom("name", before);
        metadata.CopyFrom("resourceVersion", before);
        foreach (var field in s_serverOwned)
        {
            metadata.CopyFrom(field, before);
        }

        // Clients may rewrite the record of owners, as kubectl does when it takes fields over; leaving it out keeps it.
        if (metadata.Arr("managedFields") is null)
        {
            metadata.CopyFrom("managedFields", before);
        }

        RestoreOtherParts(resource, obj, old, options.Subresource);
        resource.Strategy.Default(obj);
        if (options.Subresource != "finalize")
        {
            resource.Strategy.PrepareForUpdate(obj, old);
        }

        Validate(resource, obj, old);
        if (resource.Strategy.HasGeneration && !resource.Strategy.SameSpec(obj, old))
        {
            metadata["generation"] = (before.Int("generation") ?? 0) + 1;
        }
    }

    private static void RestoreOtherParts(ResourceDefinition resource, JsonObject obj, JsonObject old, string? subresource)
    {
        if (subresource == "status")
        {
            foreach (var name in obj.Select(entry => entry.Key).Union(old.Select(entry => entry.Key)).ToList())
            {
                if (name is not ("metadata" or "status"))
                {
                    obj.CopyFrom(name, old);
                }
            }

            obj.Child("metadata").CopyFrom("ownerReferences", old.Child("metadata"));
        }
        else if (resource.HasStatus)
        {
            obj.CopyFrom("status", old);
        }
    }

    private static void Validate(ResourceDefinition resource, JsonObject obj, JsonObject old)
    {
        var errors = new FieldErrors();
        MetadataValidation.Validate(obj.Child("metadata"), resource.Strategy.NameError, errors);
        if (old.Str("metadata", "deletionTimestamp") is not null)
        {
            var before = old.Arr("metadata", "finalizers")?.Select(finalizer => finalizer!.GetValue<string>()).ToHashSet() ?? [];
            foreach (var added in obj.Arr("metadata", "finalizers")?.Where(finalizer => !before.Contains(finalizer!.GetValue<string>())) ?? [])
            {
                errors.Forbidden("metadata.finalizers", $"no new finalizers can be added if the object is being deleted, found new finalizers [{added}]");
            }
        }

        resource.Strategy.Validate(obj, errors);
        resource.Strategy.ValidateUpdate(obj, old, errors);
        if (errors.Any)
        {
            throw Statuses.Invalid(resource.Type, obj.Str("metadata", "name") ?? "", errors.Causes).AsException();
        }
    }
}
