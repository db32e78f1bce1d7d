using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Ingresses.Balancing;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;
using WasmLab.EmbeddedCluster.Ingresses.Telemetry;

namespace WasmLab.EmbeddedCluster.Ingresses;

/// <summary>Leads requests from outside to pods, as Ingress objects say.</summary>
internal static class IngressPart
{
    public static IServiceCollection AddIngress(this IServiceCollection services) => services
        .AddSingleton(provider => new AccessLog(Console.Out, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<UpstreamPools>()
        .AddSingleton<BackendRegistry>()
        .AddSingleton(provider => new Forwarder(
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Forwarder>>(),
            provider.GetRequiredService<AccessLog>()))
        .AddSingleton<IngressStatusReporter>()
        .AddSingleton<IngressController>()
        .AddSingleton<IngressEndpoint>()
        .AddHostedService<IngressService>();
}
