using Aspire.Hosting.Dashboard.Client;
using Aspire.Hosting.Dashboard.Frontend;
using Aspire.Hosting.Otlp;
using Aspire.Hosting.Otlp.Storage;
using Aspire.Hosting.ResourceService;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Dashboard;

/// <summary>
/// Starts the dashboard's listeners before the resources, and writes the addresses they got back to the configuration,
/// where resources look for the receiver of their telemetry.
/// </summary>
internal sealed class DashboardHost(
    IConfiguration configuration,
    DashboardClient client,
    TelemetryStore telemetry,
    DashboardAddresses addresses,
    DashboardLink link,
    TimeProvider time,
    ILoggerFactory loggerFactory) : IHostedService, IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly DashboardServer _server = new(loggerFactory);
    private DashboardFrontend? _frontend;
    private Task _watching = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var options = Options();
        var receiver = new OtlpReceiver(telemetry, new ApiKey("x-otlp-api-key", options.OtlpApiKey), loggerFactory.CreateLogger<OtlpReceiver>());
        _frontend = new DashboardFrontend(client, new BrowserSession(options.BrowserToken), time, loggerFactory);

        var frontend = _server.Add(options.Frontend, HttpProtocols.Http1, _frontend.HandleAsync);
        var otlpGrpc = _server.Add(options.OtlpGrpc, HttpProtocols.Http2, receiver.HandleGrpcAsync);
        var otlpHttp = _server.Add(options.OtlpHttp, HttpProtocols.Http1, receiver.HandleHttpAsync);
        var resourceService = options.ResourceService is { } address
            ? _server.Add(address, HttpProtocols.Http2, ResourceService(options).HandleAsync)
            : null;
        await _server.StartAsync(cancellationToken).ConfigureAwait(false);
        _watching = client.RunAsync(_stopping.Token);

        addresses.FrontendUrl = configuration[DashboardOptions.FrontendSetting] = frontend.Url;
        addresses.LoginUrl = link.LoginUrl = $"{frontend.Url}/login?t={options.BrowserToken}";
        addresses.OtlpGrpcUrl = configuration[DashboardOptions.OtlpGrpcSetting] = otlpGrpc.Url;
        addresses.OtlpHttpUrl = configuration[DashboardOptions.OtlpHttpSetting] = otlpHttp.Url;
        addresses.ResourceServiceUrl = resourceService?.Url;
        addresses.OtlpApiKey = configuration["AppHost:OtlpApiKey"] = options.OtlpApiKey;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(CancellationToken.None).ConfigureAwait(false);
        if (_frontend is not null)
        {
            await _frontend.DisposeAsync().ConfigureAwait(false);
        }

        _stopping.Dispose();
    }

    private DashboardService ResourceService(DashboardOptions options) => new(
        client,
        options.ResourceServiceApiKey is { } key ? new ApiKey("x-resource-service-api-key", key) : null,
        loggerFactory.CreateLogger<DashboardService>());

    private DashboardOptions Options()
    {
        try
        {
            return DashboardOptions.From(configuration);
        }
        catch (InvalidOperationException exception)
        {
            throw new DistributedApplicationException(exception.Message);
        }
    }
}
