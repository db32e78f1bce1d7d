using System.Text.Json;
using System.Text.Json.Serialization;

namespace WasmLab.Oci.Layout;

/// <summary>The documents of the image specification as they are written and read; properties stand in written order.</summary>
internal sealed record LayoutDocument(string ImageLayoutVersion);

internal sealed record Descriptor(
    string MediaType,
    string Digest,
    long Size,
    PlatformDocument? Platform = null,
    SortedDictionary<string, string>? Annotations = null);

internal sealed record PlatformDocument(string Architecture, string Os, string? Variant = null);

internal sealed record IndexDocument(int SchemaVersion, string? MediaType, IReadOnlyList<Descriptor>? Manifests);

internal sealed record ManifestDocument(int SchemaVersion, string? MediaType, Descriptor? Config, IReadOnlyList<Descriptor>? Layers);

internal sealed record ConfigDocument(
    string? Created,
    string? Architecture,
    string? Os,
    string? Variant,
    ContainerDocument? Config,
    RootFsDocument? Rootfs,
    IReadOnlyList<HistoryDocument>? History);

/// <summary>The part of the configuration that Docker named, in its spelling.</summary>
internal sealed record ContainerDocument(
    [property: JsonPropertyName("User")] string? User,
    [property: JsonPropertyName("ExposedPorts")] SortedDictionary<string, EmptyDocument>? ExposedPorts,
    [property: JsonPropertyName("Env")] IReadOnlyList<string>? Env,
    [property: JsonPropertyName("Entrypoint")] IReadOnlyList<string>? Entrypoint,
    [property: JsonPropertyName("Cmd")] IReadOnlyList<string>? Cmd,
    [property: JsonPropertyName("WorkingDir")] string? WorkingDir,
    [property: JsonPropertyName("Labels")] SortedDictionary<string, string>? Labels);

internal sealed record EmptyDocument;

internal sealed record RootFsDocument(string? Type, [property: JsonPropertyName("diff_ids")] IReadOnlyList<string>? DiffIds);

internal sealed record HistoryDocument(string? Created, [property: JsonPropertyName("created_by")] string? CreatedBy);

/// <summary>An entry of <c>manifest.json</c> in an archive for <c>docker load</c>.</summary>
internal sealed record DockerArchiveDocument(
    [property: JsonPropertyName("Config")] string Config,
    [property: JsonPropertyName("RepoTags")] IReadOnlyList<string> RepoTags,
    [property: JsonPropertyName("Layers")] IReadOnlyList<string> Layers);

[JsonSerializable(typeof(LayoutDocument))]
[JsonSerializable(typeof(IndexDocument))]
[JsonSerializable(typeof(ManifestDocument))]
[JsonSerializable(typeof(ConfigDocument))]
[JsonSerializable(typeof(IReadOnlyList<DockerArchiveDocument>))]
[JsonSerializable(typeof(SortedDictionary<string, SortedDictionary<string, string>>))]
internal sealed partial class Documents : JsonSerializerContext
{
    /// <summary>Media types have a <c>+</c>, which the default encoder would escape.</summary>
    public static Documents Relaxed { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
