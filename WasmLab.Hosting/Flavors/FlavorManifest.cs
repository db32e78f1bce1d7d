using System.Text.Json.Nodes;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.Flavors;

/// <summary>The objects that run a flavor.</summary>
internal static class FlavorManifest
{
    /// <exception cref="DistributedApplicationException">The AppHost gave the flavor none.</exception>
    public static string PathOf(FlavorResource flavor) =>
        flavor.TryGetLastAnnotation<FlavorManifestAnnotation>(out var manifest)
            ? manifest.Path
            : throw new DistributedApplicationException($"Flavor '{flavor.Name}' has no manifest: call WithManifest on it in the AppHost.");

    public static async Task<IReadOnlyList<JsonObject>> ReadAsync(FlavorResource flavor, CancellationToken cancellationToken) =>
        Manifest.Parse(await File.ReadAllTextAsync(PathOf(flavor), cancellationToken).ConfigureAwait(false));

    /// <summary>The objects, their pods' images by the name that the nodes find them by.</summary>
    public static async Task<IReadOnlyList<JsonObject>> ReadAsync(FlavorResource flavor, ImageOptions images, CancellationToken cancellationToken)
    {
        var objects = await ReadAsync(flavor, cancellationToken).ConfigureAwait(false);
        var image = flavor.TryGetLastAnnotation<FlavorImageAnnotation>(out var annotation) ? annotation.Reference : null;
        foreach (var container in objects.Select(item => item["spec"]?["containers"]).OfType<JsonArray>().SelectMany(containers => containers.OfType<JsonObject>()))
        {
            if (image is not null && (string?)container["image"] == image)
            {
                container["image"] = images.NameOf(image);
            }
        }

        return objects;
    }

    /// <summary>The names of the RuntimeClasses that its pods ask for.</summary>
    public static async Task<IReadOnlyList<string>> RuntimeClassesAsync(FlavorResource flavor, CancellationToken cancellationToken) =>
        [.. (await ReadAsync(flavor, cancellationToken).ConfigureAwait(false))
            .Select(item => (string?)item["spec"]?["runtimeClassName"])
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)];
}
