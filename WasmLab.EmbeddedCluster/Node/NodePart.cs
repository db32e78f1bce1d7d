using Microsoft.Extensions.DependencyInjection;
using WasmLab.EmbeddedCluster.Api;
using WasmLab.EmbeddedCluster.Nodes.Logs;
using WasmLab.EmbeddedCluster.Nodes.Ports;

namespace WasmLab.EmbeddedCluster.Nodes;

/// <summary>Runs the pods that are bound to it.</summary>
internal static class NodePart
{
    public static IServiceCollection AddNode(this IServiceCollection services)
    {
        services.AddSingleton<NodeService>();
        services.AddHostedService(provider => provider.GetRequiredService<NodeService>());
        services.AddSingleton<ILogSource>(provider => new NodeLogs(
            (pod, container) => provider.GetRequiredService<NodeService>().FindContainer(pod, container),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IPortSource, NodePorts>();
        return services;
    }
}
