using Aspire.Hosting.Dashboard;
using Aspire.Hosting.Otlp;
using Aspire.Hosting.Otlp.Storage;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using System.Net;

namespace WasmLab.Tests.EmbeddedAspire.Otlp;

/// <summary>A receiver that listens on free ports.</summary>
internal sealed class OtlpServer : IAsyncDisposable
{
    public const string Key = "the-key";

    private readonly DashboardServer _server = new(NullLoggerFactory.Instance);

    public TelemetryStore Store { get; } = new();

    public string GrpcUrl { get; private set; } = "";

    public string HttpUrl { get; private set; } = "";

    public static async Task<OtlpServer> StartAsync()
    {
        var server = new OtlpServer();
        var receiver = new OtlpReceiver(server.Store, new ApiKey("x-otlp-api-key", Key), NullLogger<OtlpReceiver>.Instance);
        var address = new ListenAddress("receiver", "SETTING", IPAddress.Loopback, 0);
        var grpc = server._server.Add(address, HttpProtocols.Http2, receiver.HandleGrpcAsync);
        var http = server._server.Add(address, HttpProtocols.Http1, receiver.HandleHttpAsync);
        await server._server.StartAsync(TestContext.Current.CancellationToken);
        (server.GrpcUrl, server.HttpUrl) = (grpc.Url, http.Url);
        return server;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();
}
