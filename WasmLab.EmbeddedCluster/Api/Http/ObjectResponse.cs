using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Api.Store;
using WasmLab.EmbeddedCluster.Api.Tables;
using WasmLab.Kubernetes;

namespace WasmLab.EmbeddedCluster.Api.Http;

/// <summary>Writes objects in the form that the client asked for.</summary>
internal static class ObjectResponse
{
    public static Task WriteObjectAsync(this ApiRequest request, StoredObject obj, int code = 200)
    {
        var negotiation = Negotiation.Of(request.Http.Request);
        return negotiation.Representation switch
        {
            Representation.Table => request.WriteNodeAsync(Table(request, [obj], ListMetadata(obj), columns: true), negotiation, code),
            Representation.PartialMetadata => request.WriteNodeAsync(TableWriter.PartialMetadata(Shown(request, obj)), negotiation, code),
            _ when negotiation.Yaml => request.WriteNodeAsync(JsonObject.Create(Shown(request, obj))!, negotiation, code),
            _ => request.Response.WriteBytesAsync(ShownBytes(request, obj), code),
        };
    }

    public static Task WriteListAsync(this ApiRequest request, IReadOnlyList<StoredObject> objects, JsonObject metadata)
    {
        var negotiation = Negotiation.Of(request.Http.Request);
        switch (negotiation.Representation)
        {
            case Representation.Table:
                return request.WriteNodeAsync(Table(request, objects, metadata, columns: true), negotiation);
            case Representation.PartialMetadata:
                return request.WriteNodeAsync(
                    new JsonObject
                    {
                        ["kind"] = "PartialObjectMetadataList",
                        ["apiVersion"] = "meta.k8s.io/v1",
                        ["metadata"] = metadata,
                        ["items"] = new JsonArray([.. objects.Select(obj => TableWriter.PartialMetadata(Shown(request, obj)))]),
                    },
                    negotiation);
            default:
                var bytes = List(request, objects, metadata);
                return negotiation.Yaml
                    ? request.WriteNodeAsync(JsonNode.Parse(bytes.WrittenSpan)!, negotiation)
                    : request.Response.WriteBytesAsync(bytes.WrittenMemory);
        }
    }

    /// <summary>The object of a watch event.</summary>
    public static ReadOnlyMemory<byte> Event(ApiRequest request, StoredObject obj, Representation representation, bool first) => representation switch
    {
        Representation.Table => JsonSerializer.SerializeToUtf8Bytes<JsonNode>(Table(request, [obj], ListMetadata(obj), columns: first), KubernetesJson.Options),
        Representation.PartialMetadata => JsonSerializer.SerializeToUtf8Bytes<JsonNode>(TableWriter.PartialMetadata(Shown(request, obj)), KubernetesJson.Options),
        _ => ShownBytes(request, obj),
    };

    /// <summary>The object as its resource shows it.</summary>
    private static JsonElement Shown(ApiRequest request, StoredObject obj) =>
        request.Resource.View is null ? obj.Root : JsonElement.Parse(ShownBytes(request, obj).Span);

    private static ReadOnlyMemory<byte> ShownBytes(ApiRequest request, StoredObject obj) => request.Resource.View is { } view
        ? JsonSerializer.SerializeToUtf8Bytes<JsonNode>(view.FromStored(obj.ToJson()), KubernetesJson.Options)
        : obj.Json;

    private static ArrayBufferWriter<byte> List(ApiRequest request, IReadOnlyList<StoredObject> objects, JsonObject metadata)
    {
        var type = request.Resource.Type;
        var buffer = new ArrayBufferWriter<byte>();
        buffer.Write(Encoding.UTF8.GetBytes($$"""{"kind":"{{type.Kind}}List","apiVersion":"{{type.ApiVersion}}","metadata":"""));
        buffer.Write(JsonSerializer.SerializeToUtf8Bytes<JsonNode>(metadata, KubernetesJson.Options));
        buffer.Write(",\"items\":["u8);
        for (var i = 0; i < objects.Count; i++)
        {
            buffer.Write(i == 0 ? ""u8 : ","u8);
            buffer.Write(ShownBytes(request, objects[i]).Span);
        }

        buffer.Write("]}\n"u8);
        return buffer;
    }

    // The tables of views show the stored object: both resources have the same columns.
    private static JsonObject Table(ApiRequest request, IEnumerable<StoredObject> objects, JsonObject metadata, bool columns)
    {
        var include = request.Query("includeObject") switch
        {
            "None" => RowObject.None,
            "Object" => RowObject.Object,
            _ => RowObject.Metadata,
        };
        return TableWriter.Write(
            request.Resource.Table, objects.Select(obj => obj.Root), metadata, include, request.Core.Time.GetUtcNow(), columns);
    }

    private static JsonObject ListMetadata(StoredObject obj) =>
        new() { ["resourceVersion"] = obj.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture) };

    private static Task WriteNodeAsync(this ApiRequest request, JsonNode node, Negotiation negotiation, int code = 200) => negotiation.Yaml
        ? request.Response.WriteBytesAsync(Encoding.UTF8.GetBytes(Manifest.ToYaml(node)), code, "application/yaml")
        : request.Response.WriteJsonAsync(node, code);
}
