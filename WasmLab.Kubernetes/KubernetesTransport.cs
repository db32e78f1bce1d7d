using System.Net.Http.Headers;
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
        using var request = new HttpRequestMessage(method, new Uri(_base + path, UriKind.Absolute)) { Content = body };
        request.Version = new Version(2, 0);
        request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.TryAddWithoutValidation("User-Agent", "wasmlab");
        var response = await http.SendAsync(request, ct).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(ct).ConfigureAwait(false);
            throw new KubernetesException(StatusOf(response, text));
        }
    }

    public void Dispose() => http.Dispose();

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
