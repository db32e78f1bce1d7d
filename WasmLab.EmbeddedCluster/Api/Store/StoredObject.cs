using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.Kubernetes;

namespace WasmLab.EmbeddedCluster.Api.Store;

/// <summary>An object as it was at a revision; never changes, so it can be shared.</summary>
internal sealed class StoredObject
{
    private readonly Lazy<JsonElement> _root;
    private readonly Lazy<IReadOnlyDictionary<string, string>> _labels;

    private StoredObject(ObjectKey key, long revision, byte[] json)
    {
        Key = key;
        Revision = revision;
        Json = json;
        _root = new(() => JsonElement.Parse(json));
        _labels = new(ReadLabels);
    }

    public ObjectKey Key { get; }

    public long Revision { get; }

    /// <summary>UTF-8, as it goes to clients.</summary>
    public ReadOnlyMemory<byte> Json { get; }

    /// <summary>For reading.</summary>
    public JsonElement Root => _root.Value;

    public IReadOnlyDictionary<string, string> Labels => _labels.Value;

    public string Uid => Root.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty("uid", out var uid) ? uid.GetString()! : "";

    /// <summary>Stamps the revision into the object and freezes it.</summary>
    public static StoredObject Create(ObjectKey key, long revision, JsonObject obj)
    {
        obj["metadata"]!["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture);
        return new(key, revision, JsonSerializer.SerializeToUtf8Bytes<JsonNode>(obj, KubernetesJson.Options));
    }

    /// <summary>An object that is never stored: the result of a dry run.</summary>
    public static StoredObject Unsaved(ObjectKey key, JsonObject obj) =>
        new(key, 0, JsonSerializer.SerializeToUtf8Bytes<JsonNode>(obj, KubernetesJson.Options));

    /// <summary>A copy to change.</summary>
    public JsonObject ToJson() => JsonNode.Parse(Json.Span)!.AsObject();

    private IReadOnlyDictionary<string, string> ReadLabels() =>
        Root.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty("labels", out var labels)
            ? labels.EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString() ?? "", StringComparer.Ordinal)
            : System.Collections.ObjectModel.ReadOnlyDictionary<string, string>.Empty;
}
