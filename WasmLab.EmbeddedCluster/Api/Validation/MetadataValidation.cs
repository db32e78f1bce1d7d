using System.Text;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Json;

namespace WasmLab.EmbeddedCluster.Api.Validation;

/// <summary>The rules that the metadata of every kind obeys.</summary>
internal static class MetadataValidation
{
    private const int AnnotationsLimit = 256 * 1024;

    public static void Validate(JsonObject metadata, Func<string, string?> nameRule, FieldErrors errors)
    {
        if (metadata.Str("name") is { } name)
        {
            errors.Name("metadata.name", name, nameRule);
        }
        else
        {
            errors.Required("metadata.name", "name or generateName is required");
        }

        Labels(metadata.Obj("labels"), "metadata.labels", errors);
        Annotations(metadata.Obj("annotations"), errors);
        Finalizers(metadata.Arr("finalizers"), errors);
        OwnerReferences(metadata, errors);
    }

    /// <summary>Labels, wherever in an object they are.</summary>
    public static void Labels(JsonObject? labels, string field, FieldErrors errors)
    {
        foreach (var (key, value) in labels ?? [])
        {
            if (Selectors.Labels.KeyError(key) is { } keyError)
            {
                errors.Invalid(field, key, keyError);
            }

            if (value is not null && Selectors.Labels.ValueError(value.GetValue<string>()) is { } valueError)
            {
                errors.Invalid(field, value, valueError);
            }
        }
    }

    private static void Annotations(JsonObject? annotations, FieldErrors errors)
    {
        var size = 0L;
        foreach (var (key, value) in annotations ?? [])
        {
            // Upper-case letters are allowed in the prefix of an annotation, and only there.
            if (Selectors.Labels.KeyError(key.ToLowerInvariant()) is { } error)
            {
                errors.Invalid("metadata.annotations", key, error);
            }

            size += Encoding.UTF8.GetByteCount(key) + Encoding.UTF8.GetByteCount(value?.GetValue<string>() ?? "");
        }

        if (size > AnnotationsLimit)
        {
            errors.TooLong("metadata.annotations", AnnotationsLimit);
        }
    }

    private static void Finalizers(JsonArray? finalizers, FieldErrors errors)
    {
        foreach (var finalizer in finalizers ?? [])
        {
            if (Selectors.Labels.KeyError(finalizer!.GetValue<string>()) is { } error)
            {
                errors.Invalid("metadata.finalizers", finalizer, error);
            }
        }
    }

    private static void OwnerReferences(JsonObject metadata, FieldErrors errors)
    {
        foreach (var owner in metadata.Objects("ownerReferences"))
        {
            foreach (var field in (ReadOnlySpan<string>)["apiVersion", "kind", "name", "uid"])
            {
                if (owner.Str(field) is null)
                {
                    errors.Invalid($"metadata.ownerReferences.{field}", "", $"{field} must not be empty");
                }
            }
        }

        if (metadata.Objects("ownerReferences").Count(owner => owner.Bool("controller") == true) > 1)
        {
            errors.Invalid("metadata.ownerReferences", metadata["ownerReferences"], "only one reference can have Controller set to true");
        }
    }
}
