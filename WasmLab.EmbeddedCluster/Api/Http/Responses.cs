using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api.Http;

/// <summary>Writes answers.</summary>
internal static class Responses
{
    public const string JsonMediaType = "application/json";

    public static Task WriteStatusAsync(this HttpResponse response, Status status, int successCode = 200) =>
        response.WriteBytesAsync(JsonSerializer.SerializeToUtf8Bytes(status, KubernetesJson.Options), status.Code ?? successCode);

    public static Task WriteJsonAsync(this HttpResponse response, JsonNode json, int code = 200, string mediaType = JsonMediaType) =>
        response.WriteBytesAsync(JsonSerializer.SerializeToUtf8Bytes(json, KubernetesJson.Options), code, mediaType);

    public static async Task WriteBytesAsync(
        this HttpResponse response, ReadOnlyMemory<byte> body, int code = 200, string mediaType = JsonMediaType)
    {
        response.StatusCode = code;
        response.ContentType = mediaType;
        response.ContentLength = body.Length;
        response.Headers.CacheControl = "no-cache, private";
        await response.BodyWriter.WriteAsync(body, response.HttpContext.RequestAborted).ConfigureAwait(false);
    }

    public static Task WriteTextAsync(this HttpResponse response, string text, int code = 200) =>
        response.WriteBytesAsync(Encoding.UTF8.GetBytes(text), code, "text/plain; charset=utf-8");

    /// <summary>Adds a warning, which <c>kubectl</c> shows.</summary>
    public static void AddWarning(this HttpResponse response, string text) =>
        response.Headers.Append("Warning", $"299 - \"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
}
