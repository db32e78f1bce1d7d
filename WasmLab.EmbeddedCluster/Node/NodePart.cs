using Microsoft.Extensions.DependencyInjection;

namespace WasmLab.EmbeddedCluster.Nodes;

/// <summary>Runs the pods that are bound to it.</summary>
internal static class NodePart
{
    public static IServiceCollection AddNode(this IServiceCollection services) => services;
}
