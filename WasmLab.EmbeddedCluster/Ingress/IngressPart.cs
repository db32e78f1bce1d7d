using Microsoft.Extensions.DependencyInjection;

namespace WasmLab.EmbeddedCluster.Ingresses;

/// <summary>Leads requests from outside to pods, as Ingress objects say.</summary>
internal static class IngressPart
{
    public static IServiceCollection AddIngress(this IServiceCollection services) => services;
}
