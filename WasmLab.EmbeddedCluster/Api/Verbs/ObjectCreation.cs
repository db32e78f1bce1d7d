using System.Security.Cryptography;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.EmbeddedCluster.Api.Json;
using WasmLab.EmbeddedCluster.Api.Resources;
using WasmLab.EmbeddedCluster.Api.Store;
using WasmLab.EmbeddedCluster.Api.Validation;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api.Verbs;

/// <summary>Brings a decoded object into being: namespace, metadata, defaults, validation, admission, store.</summary>
internal static class ObjectCreation
{
    private const int GeneratedNameTries = 8;
    private const int LongestGeneratedBase = 58;
    private const string GeneratedAlphabet = "bcdfghjklmnpqrstvwxz2456789";

    public static StoredObject Create(ApiCore core, ResourceDefinition resource, JsonObject obj, string? ns, WriteOptions options, Action<JsonObject>? own = null)
    {
        var metadata = obj.Child("metadata");
        SetNamespace(core, resource, metadata, ns);
        var generate = metadata.Str("name") is null ? metadata.Str("generateName") : null;
        for (var tries = 1; ; tries++)
        {
            var attempt = obj.DeepClone().AsObject();
            if (generate is not null)
            {
                attempt["metadata"]!["name"] = Generate(generate);
            }

            var result = Attempt(core, resource, attempt, options, own);
            if (result.Outcome == WriteOutcome.Done)
            {
                return result.Object!;
            }

            if (generate is null || tries == GeneratedNameTries)
            {
                throw Statuses.AlreadyExists(resource.Type, attempt.Str("metadata", "name")!).AsException();
            }
        }
    }

    private static WriteResult Attempt(ApiCore core, ResourceDefinition resource, JsonObject obj, WriteOptions options, Action<JsonObject>? own)
    {
        var metadata = obj.Child("metadata");
        if (resource.HasStatus && resource.QualifiedName != "nodes")
        {
            obj.Remove("status");
        }

        var context = core.Context(options.DryRun);
        foreach (var field in (ReadOnlySpan<string>)["resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "managedFields", "generation"])
        {
            metadata.Remove(field);
        }

        metadata["uid"] = Guid.NewGuid().ToString();
        metadata["creationTimestamp"] = core.Time.GetUtcNow().ToApiTime();
        if (resource.Strategy.HasGeneration)
        {
            metadata["generation"] = 1;
        }

        resource.Strategy.Default(obj);
        // Nobody owns what the server itself adds from here on.
        own?.Invoke(obj);
        resource.Strategy.PrepareForCreate(obj, context);
        Validate(resource, obj);
        var key = new ObjectKey(resource.StorageName, metadata.Str("namespace") ?? "", metadata.Str("name")!);
        if (core.Store.Find(key) is { } existing)
        {
            return new(WriteOutcome.Exists, existing);
        }

        resource.Strategy.Admit(obj, context);
        if (options.DryRun)
        {
            return new(WriteOutcome.Done, StoredObject.Unsaved(key, obj));
        }

        var result = core.Store.Create(key, obj);
        if (result.Outcome != WriteOutcome.Done)
        {
            resource.Strategy.Release(obj, context);
        }

        return result;
    }

    private static void Validate(ResourceDefinition resource, JsonObject obj)
    {
        var errors = new FieldErrors();
        MetadataValidation.Validate(obj.Child("metadata"), resource.Strategy.NameError, errors);
        resource.Strategy.Validate(obj, errors);
        if (errors.Any)
        {
            throw Statuses.Invalid(resource.Type, obj.Str("metadata", "name") ?? "", errors.Causes).AsException();
        }
    }

    private static void SetNamespace(ApiCore core, ResourceDefinition resource, JsonObject metadata, string? ns)
    {
        if (!resource.Type.Namespaced)
        {
            metadata.Remove("namespace");
            return;
        }

        if (metadata.Str("namespace") is { } given && given != ns)
        {
            throw Statuses.BadRequest("the namespace of the provided object does not match the namespace sent on the request").AsException();
        }

        metadata["namespace"] = ns;
        var found = core.Store.Find(new(ResourceRegistry.Namespaces, "", ns!))
            ?? throw Statuses.NotFound(Namespace.Type, ns!).AsException();
        if (found.Root.Str("status", "phase") == "Terminating")
        {
            var status = Statuses.Forbidden(
                resource.Type, metadata.Str("name") ?? "", $"unable to create new content in namespace {ns} because it is being terminated");
            status.Details!.Causes = [new() { Reason = "NamespaceTerminating", Message = $"namespace {ns} is being terminated", Field = "metadata.namespace" }];
            throw status.AsException();
        }
    }

    private static string Generate(string prefix) =>
        (prefix.Length > LongestGeneratedBase ? prefix[..LongestGeneratedBase] : prefix) + RandomNumberGenerator.GetString(GeneratedAlphabet, 5);
}
