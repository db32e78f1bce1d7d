using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using WasmLab.EmbeddedCluster.Api.Schemas;
using WasmLab.Kubernetes;

namespace WasmLab.EmbeddedCluster.Api.Http;

/// <summary>Reads what clients send.</summary>
internal static class RequestBody
{
    private const string Accepted = "application/json, application/yaml, application/vnd.kubernetes.protobuf";

    private static readonly JsonDocumentOptions s_json = new() { AllowDuplicateProperties = false };

    /// <summary>The media type of the body, without parameters.</summary>
    public static string MediaType(HttpRequest request)
    {
        var type = request.ContentType ?? "";
        var end = type.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? type : type[..end]).Trim();
    }

    /// <summary>The object of the body; null when there is none.</summary>
    public static async Task<JsonObject?> ReadObjectAsync(HttpRequest request, CancellationToken ct)
    {
        var type = MediaType(request);
        if (type is not ("" or "application/json" or "application/yaml" or "text/plain" or ProtobufDecoder.MediaType))
        {
            throw Statuses.UnsupportedMediaType(Accepted).AsException();
        }

        var bytes = await ReadBytesAsync(request, ct).ConfigureAwait(false);
        return bytes.Length == 0 ? null
            : type == ProtobufDecoder.MediaType ? ProtobufDecoder.Decode(bytes, RequestSchemas.Find)
            : Parse(bytes, type == "application/yaml") as JsonObject
            ?? throw Statuses.BadRequest("the body of the request is no object").AsException();
    }

    /// <summary>The bytes of the body.</summary>
    public static async Task<byte[]> ReadBytesAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > ApiServer.MaximumBodySize)
        {
            throw Statuses.TooLarge(ApiServer.MaximumBodySize).AsException();
        }

        var result = new ArrayBufferWriter<byte>();
        int read;
        while ((read = await request.Body.ReadAsync(result.GetMemory(16 * 1024), ct).ConfigureAwait(false)) > 0)
        {
            result.Advance(read);
            if (result.WrittenCount > ApiServer.MaximumBodySize)
            {
                throw Statuses.TooLarge(ApiServer.MaximumBodySize).AsException();
            }
        }

        return result.WrittenSpan.ToArray();
    }

    /// <summary>Reads JSON, or YAML where that is allowed; what begins as JSON is JSON.</summary>
    public static JsonNode? Parse(ReadOnlySpan<byte> bytes, bool yaml)
    {
        try
        {
            return yaml && bytes.TrimStart(" \t\r\n"u8) is not [(byte)'{', ..]
                ? Manifest.Parse(Encoding.UTF8.GetString(bytes)) is [var first, ..] ? first : null
                : JsonNode.Parse(bytes, null, s_json);
        }
        catch (Exception exception) when (exception is JsonException or FormatException)
        {
            throw Statuses.BadRequest($"the body of the request cannot be read: {exception.Message}").AsException(exception);
        }
    }
}
