using System.Net;
using System.Text.Json.Nodes;
using WasmLab.Hosting.Ingresses;

namespace WasmLab.Hosting.Flavors;

/// <summary>Asks a flavor through the ingress and compares its answer with the one that the article shows.</summary>
internal sealed class FlavorProbe : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    /// <summary>The client of the lab's own polling: no instrumentation, no redirects, no proxy.</summary>
    public HttpMessageInvoker Http { get; } = new(new SocketsHttpHandler
    {
        ActivityHeadersPropagator = null,
        AllowAutoRedirect = false,
        ConnectTimeout = Deadline,
        UseProxy = false,
    });

    /// <summary>The address that asks a flavor: <c>/FLAVOR/get?foo=bar</c>.</summary>
    public static Uri AddressOf(Uri ingress, string flavor) => new(ingress, $"/{flavor}/get?foo=bar");

    /// <returns>Null when the answer is right, else what is wrong with it.</returns>
    public async Task<string?> AskAsync(Uri ingress, string flavor, CancellationToken cancellationToken)
    {
        var address = AddressOf(ingress, flavor);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, address);
            Unsampled.Mark(request);
            using var response = await Http.SendAsync(request, deadline.Token).ConfigureAwait(false);
            var body = await response.Content.ReadAsStringAsync(deadline.Token).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK
                ? Compare(body, flavor)
                : $"{address} answers {(int)response.StatusCode} {response.ReasonPhrase}";
        }
        catch (HttpRequestException exception)
        {
            return $"{address} does not answer: {exception.Message}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"{address} did not answer within {Deadline.TotalSeconds:0} s";
        }
    }

    public void Dispose() => Http.Dispose();

    internal static string? Compare(string body, string flavor)
    {
        JsonNode? answer;
        try
        {
            answer = JsonNode.Parse(body);
        }
        catch (System.Text.Json.JsonException)
        {
            return $"the answer is not JSON: {body}";
        }

        return Expect("flavor", answer?["flavor"]?.ToString(), flavor)
            ?? Expect("args", answer?["args"]?.ToJsonString(), """{"foo":"bar"}""")
            ?? Expect("url", answer?["url"]?.ToString(), "/get?foo=bar");

        static string? Expect(string field, string? found, string expected) =>
            found == expected ? null : $"the answer's {field} is {found ?? "missing"}, not {expected}";
    }
}
