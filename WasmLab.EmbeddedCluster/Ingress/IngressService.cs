using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;
using WasmLab.EmbeddedCluster.Ingresses.Server;
using WasmLab.EmbeddedCluster.Ingresses.Telemetry;

namespace WasmLab.EmbeddedCluster.Ingresses;

/// <summary>Starts the ingress: the port first, so that a taken one is told at once, then the routes.</summary>
internal sealed class IngressService(
    IngressController controller,
    Forwarder forwarder,
    ClusterOptions options,
    ClusterAddresses addresses,
    ILoggerFactory loggerFactory,
    ILogger<IngressService> logger) : IHostedService
{
    private IngressServer? _server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _server = await IngressServer.StartAsync(options.IngressPort, forwarder, loggerFactory, cancellationToken).ConfigureAwait(false);
        addresses.Ingress = new Uri($"http://127.0.0.1:{_server.Port}");
        await controller.StartAsync(cancellationToken).ConfigureAwait(false);
        Log.Listening(logger, addresses.Ingress.GetLeftPart(UriPartial.Authority));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await controller.StopAsync().ConfigureAwait(false);
        if (_server is not null)
        {
            await _server.DisposeAsync().ConfigureAwait(false);
        }
    }
}
