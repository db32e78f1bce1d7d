using System.Text.Json.Nodes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Lab;

/// <summary>How the lab knows on a cluster what is its own: it marks what it creates, changes nothing that lacks the mark, and removes by it.</summary>
internal static class Ownership
{
    /// <summary>Who owns the fields that the lab writes.</summary>
    public const string FieldManager = "wasmlab";

    /// <summary>The namespace for what belongs to the whole lab.</summary>
    public const string SystemNamespace = "wasmlab-system";

    private const string Label = "app.kubernetes.io/managed-by";

    /// <summary>Finds what the lab created.</summary>
    public const string Selector = $"{Label}={FieldManager}";

    public static bool IsOurs(ObjectMeta metadata) => metadata.Labels.GetValueOrDefault(Label) == FieldManager;

    /// <summary>Marks an object that is about to be created.</summary>
    public static T Mark<T>(T item)
        where T : KubernetesObject
    {
        item.Metadata.Labels[Label] = FieldManager;
        return item;
    }

    /// <summary>Marks a manifest that is about to be applied.</summary>
    public static JsonObject Mark(JsonObject manifest)
    {
        var metadata = manifest["metadata"]!.AsObject();
        metadata["labels"] ??= new JsonObject();
        metadata["labels"]![Label] = FieldManager;
        return manifest;
    }
}
