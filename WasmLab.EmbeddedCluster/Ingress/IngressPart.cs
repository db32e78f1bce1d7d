using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Ingresses.Balancing;
using WasmLab.EmbeddedCluster.Ingresses.Forwarding;
using WasmLab.EmbeddedCluster.Ingresses.Telemetry;
using WasmLab.Kubernetes;

namespace WasmLab.EmbeddedCluster.Ingresses;

/// <summary>Leads requests from outside to pods, as Ingress objects say.</summary>
internal static class IngressPart
{
    public static IServiceCollection AddIngress(this IServiceCollection services) => services
        .AddSingleton(provider => new AccessLog(Console.Out, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<PortForwardConnector>()
        .AddSingleton<IUpstreamConnector>(provider => new PodConnector(
            provider.GetRequiredService<PortForwardConnector>(), ReachOf(provider.GetRequiredService<ClusterOptions>()), provider.GetRequiredService<ILogger<PodConnector>>()))
        .AddSingleton<UpstreamPools>()
        .AddSingleton<BackendRegistry>()
        .AddSingleton(provider => new Forwarder(
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<Forwarder>>(),
            provider.GetRequiredService<AccessLog>()))
        .AddSingleton<IngressStatusReporter>()
        .AddSingleton(provider => new IngressController(
            provider.GetRequiredService<KubernetesClient>(),
            provider.GetRequiredService<BackendRegistry>(),
            provider.GetRequiredService<Forwarder>(),
            provider.GetRequiredService<IngressStatusReporter>(),
            provider.GetRequiredService<ILogger<IngressController>>(),
            provider.GetRequiredService<ClusterOptions>().WatchNamespaceSelector))
        .AddHostedService<IngressService>();

    /// <summary>Where this process has the API, it is this machine that the pods run on.</summary>
    private static PodReach ReachOf(ClusterOptions options) =>
        options.Parts.HasFlag(ClusterParts.Api) ? PodReach.Direct : options.IngressReach;
}
