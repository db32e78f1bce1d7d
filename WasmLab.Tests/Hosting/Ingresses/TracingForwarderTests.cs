using System.Net;
using System.Net.Sockets;
using Aspire.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using WasmLab.Hosting.Ingresses;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.Hosting.Ingresses;

/// <summary>What stands between the user's port and an ingress controller that is reached by other means.</summary>
[Trait(Category.Name, Category.Unit)]
public sealed class TracingForwarderTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> NoReceiver = [];

    /// <summary>Nobody listens there: spans are made all the same, and their export is dropped.</summary>
    private static readonly Dictionary<string, string> Receiver = new() { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://127.0.0.1:1", ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc" };

    private readonly HttpClient _http = new(new SocketsHttpHandler { ActivityHeadersPropagator = null });
    private WebApplication _controller = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        _controller = builder.Build();
        _controller.Run(context =>
        {
            context.Response.Headers["seen-host"] = context.Request.Host.Value;
            context.Response.Headers["seen-traceparent"] = context.Request.Headers.TraceParent;
            context.Response.Headers["seen-target"] = context.Request.Path + context.Request.QueryString;
            context.Response.StatusCode = context.Request.Path == "/teapot" ? 418 : 200;
            return context.Request.Body.CopyToAsync(context.Response.Body);
        });
        await _controller.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _controller.DisposeAsync();
    }

    [Fact]
    public async Task Request_WithABody_ArrivesAsItWasSent()
    {
        await using var forwarder = await StartAsync(NoReceiver);

        using var answer = await _http.PostAsync(new Uri(forwarder.Address, "/native/get?foo=bar"), new StringContent("body"), Token);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsStringAsync(Token)).ShouldBe("body");
        Seen(answer, "host").ShouldBe(forwarder.Address.Authority);
        Seen(answer, "target").ShouldBe("/native/get?foo=bar");
        Seen(answer, "traceparent").ShouldBe("");
    }

    [Fact]
    public async Task Request_WithATraceContext_IsContinuedByASpan()
    {
        await using var forwarder = await StartAsync(Receiver);

        using var answer = await GetAsync(forwarder, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        Seen(answer, "traceparent").ShouldStartWith("00-0af7651916cd43dd8448eb211c80319c-");
        Seen(answer, "traceparent").ShouldNotContain("b7ad6b7169203331");
        Seen(answer, "traceparent").ShouldEndWith("-01");
    }

    [Fact]
    public async Task Request_ThatIsNotToBeRecorded_StaysSo()
    {
        await using var forwarder = await StartAsync(Receiver);

        using var answer = await GetAsync(forwarder, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");

        Seen(answer, "traceparent").ShouldMatch("^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00$");
    }

    [Fact]
    public async Task Answer_OfTheController_ComesBackAsItIs()
    {
        await using var forwarder = await StartAsync(NoReceiver);

        using var answer = await _http.GetAsync(new Uri(forwarder.Address, "/teapot"), Token);

        ((int)answer.StatusCode).ShouldBe(418);
    }

    [Fact]
    public async Task Controller_CannotBeReached_Is502()
    {
        await using var forwarder = await TracingForwarder.StartAsync(0, _ => throw new IOException("no ready pod"), NoReceiver, Token);

        using var answer = await _http.GetAsync(forwarder.Address, Token);

        answer.StatusCode.ShouldBe(HttpStatusCode.BadGateway);
    }

    [Fact]
    public async Task Port_IsTaken_NamesItsSetting()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var port = ((IPEndPoint)other.LocalEndpoint).Port;

        var failure = await Should.ThrowAsync<DistributedApplicationException>(TracingForwarder.StartAsync(port, ConnectAsync, NoReceiver, Token));

        failure.Message.ShouldContain($"port {port} (WasmLab:Ingress:Port) is taken");
    }

    private Task<TracingForwarder> StartAsync(Dictionary<string, string> receiver) => TracingForwarder.StartAsync(0, ConnectAsync, receiver, Token);

    private async Task<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(_controller.Urls.Single()).Port, cancellationToken);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private async Task<HttpResponseMessage> GetAsync(TracingForwarder forwarder, string traceParent)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(forwarder.Address, "/native/get"));
        request.Headers.TryAddWithoutValidation("traceparent", traceParent);
        return await _http.SendAsync(request, Token);
    }

    private static string Seen(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues("seen-" + name, out var values) ? string.Concat(values) : "";
}
