using System.Net;
using System.Net.Http.Headers;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Kubernetes;

/// <summary>Sends requests to one server and turns its errors into <see cref="KubernetesException"/>.</summary>
internal sealed class KubernetesTransport(HttpMessageInvoker http, Uri server) : IDisposable
{
    private readonly string _base = server.AbsoluteUri.TrimEnd('/');

    public Uri Server { get; } = server;

    public async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? body, CancellationToken ct)
    {
        using var response = await SendAsync(method, path, body, ct).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            return await JsonSerializer.DeserializeAsync<T>(stream, KubernetesJson.Options, ct).ConfigureAwait(false)
                ?? throw new JsonException($"{method} {path}: the server answered null");
        }
    }

    /// <summary>The response, its body still to be read; an error is thrown.</summary>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? body, CancellationToken ct)
    {
        using var request = Request(method, path);
        request.Content = body;
        request.Version = new Version(2, 0);
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        var response = await http.SendAsync(request, ct).ConfigureAwait(false);
        return response.IsSuccessStatusCode ? response : throw await RefusedAsync(response, ct).ConfigureAwait(false);
    }

    /// <summary>
    /// A WebSocket over the same credentials. The handshake is made here because a ClientWebSocket drops the answer of a server
    /// that refuses, and with it the reason: no such pod, no such container, not running.
    /// </summary>
    /// <param name="path">Path and query.</param>
    /// <param name="protocols">The subprotocols that the caller speaks, best first.</param>
    /// <param name="ct">Ends the handshake.</param>
    public async Task<WebSocket> OpenWebSocketAsync(string path, IReadOnlyList<string> protocols, CancellationToken ct)
    {
        using var request = Request(HttpMethod.Get, path);
        request.Version = HttpVersion.Version11;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        var key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(16));
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", key);
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Protocol", string.Join(", ", protocols));
        var response = await http.SendAsync(request, ct).ConfigureAwait(false);
        if (response.StatusCode != HttpStatusCode.SwitchingProtocols)
        {
            throw await RefusedAsync(response, ct).ConfigureAwait(false);
        }

        var chosen = Header(response, "Sec-WebSocket-Protocol");
        if (Header(response, "Sec-WebSocket-Accept") != AcceptOf(key) || chosen is null || !protocols.Contains(chosen))
        {
            response.Dispose();
            throw new HttpRequestException(
                $"{Server} does not speak {string.Join(" or ", protocols)} over WebSocket at {path}; a proxy in between may not let WebSockets through");
        }

        var stream = await response.Content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        return WebSocket.CreateFromStream(
            stream, new WebSocketCreationOptions { SubProtocol = chosen, KeepAliveInterval = TimeSpan.FromSeconds(30) });
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var request = new HttpRequestMessage(method, new Uri(_base + path, UriKind.Absolute));
        // A stream is no JSON: a server that is asked for nothing else refuses exec and port-forward (406).
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("*/*"));
        request.Headers.TryAddWithoutValidation("User-Agent", "wasmlab");
        return request;
    }

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;

    /// <summary>What a server answers to a key (RFC 6455, 4.2.2).</summary>
    private static string AcceptOf(string key)
    {
#pragma warning disable CA5350 // The protocol prescribes SHA-1; nothing is kept secret by it.
        return Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
    }

    private static async Task<KubernetesException> RefusedAsync(HttpResponseMessage response, CancellationToken ct)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(ct).ConfigureAwait(false);
            return new(StatusOf(response, text));
        }
    }

    private static Status StatusOf(HttpResponseMessage response, string text)
    {
        Status? status = null;
        try
        {
            status = JsonSerializer.Deserialize<Status>(text, KubernetesJson.Options);
        }
        catch (JsonException)
        {
            // Not every proxy in between answers with a Status; its text becomes the message.
        }

        if (status is null or { Outcome: null })
        {
            status = new Status { Outcome = "Failure", Message = text.Length == 0 ? response.ReasonPhrase : text.Trim() };
        }

        status.Code ??= (int)response.StatusCode;
        return status;
    }
}
