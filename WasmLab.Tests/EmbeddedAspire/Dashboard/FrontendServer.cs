using System.Net;
using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Dashboard.Frontend;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;

namespace WasmLab.Tests.EmbeddedAspire.Dashboard;

/// <summary>The dashboard's pages over a client that the test fills.</summary>
internal sealed class FrontendServer : IAsyncDisposable
{
    public const string Token = "the-token";

    private readonly DashboardServer _server = new(NullLoggerFactory.Instance);
    private readonly DashboardFrontend _frontend;

    private FrontendServer(FakeDashboardClient client)
    {
        Client = client;
        _frontend = new DashboardFrontend(client, Session, TimeProvider.System, NullLoggerFactory.Instance);
    }

    public FakeDashboardClient Client { get; }

    public BrowserSession Session { get; } = new(Token);

    public string Url { get; private set; } = "";

    public static async Task<FrontendServer> StartAsync(FakeDashboardClient? client = null)
    {
        var server = new FrontendServer(client ?? SampleLab.Create());
        var listener = server._server.Add(new ListenAddress("dashboard", "SETTING", IPAddress.Loopback, 0), HttpProtocols.Http1, server._frontend.HandleAsync);
        await server._server.StartAsync(TestContext.Current.CancellationToken);
        server.Url = listener.Url;
        return server;
    }

    /// <summary>A client that follows no redirects.</summary>
    public HttpClient CreateClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(Url) };

    public async Task<HttpClient> LogInAsync()
    {
        var client = CreateClient();
        using var response = await client.GetAsync($"/login?t={Token}", TestContext.Current.CancellationToken);
        response.StatusCode.ShouldBe(HttpStatusCode.Redirect);
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _frontend.DisposeAsync();
    }
}
