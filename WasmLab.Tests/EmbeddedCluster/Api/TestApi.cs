using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.EmbeddedCluster.Api;
using WasmLab.EmbeddedCluster.Api.Http;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Tests.EmbeddedCluster.Api;

/// <summary>An API in this process, and a client of it.</summary>
internal sealed class TestApi : IDisposable
{
    public TestApi(Func<ILogSource?>? logSource = null)
    {
        Server = new(NullLoggerFactory.Instance, TimeProvider.System, logSource);
        Client = Server.CreateClient();
        Raw = new(new InProcessHandler(Server.HandleAsync)) { BaseAddress = new("http://localhost") };
    }

    public ApiServer Server { get; }

    public KubernetesClient Client { get; }

    /// <summary>For requests that the typed client never makes.</summary>
    public HttpClient Raw { get; }

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static Pod Pod(string name, string ns = "default") => new()
    {
        Metadata = { Name = name, Namespace = ns },
        Spec = { Containers = { new() { Name = "main", Image = "registry.example/app:1" } } },
    };

    public async Task<Pod> CreatePodAsync(string name, Action<Pod>? change = null)
    {
        var pod = Pod(name);
        change?.Invoke(pod);
        return await Client.CreateAsync(pod, Ct);
    }

    /// <summary>Sends a body as it is; the answer is its status code and its JSON.</summary>
    public async Task<(int Code, JsonNode Body)> SendAsync(HttpMethod method, string path, string? body = null, string mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new StringContent(body, null, mediaType);
        }

        using var response = await Raw.SendAsync(request, Ct);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!);
    }

    public void Dispose()
    {
        Raw.Dispose();
        Client.Dispose();
        Server.Dispose();
    }
}
