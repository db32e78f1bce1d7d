using Microsoft.Extensions.DependencyInjection;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Nodes;

/// <summary>Chooses how the nodes of a cluster that is reached by its context take commands.</summary>
internal static class NodeServices
{
    /// <summary>By the commands that the settings <c>WasmLab:Nodes</c> give, else by a pod on each node.</summary>
    public static IServiceCollection AddContextNodes(this IServiceCollection services, LabOptions options) =>
        options.Nodes.Shells.Count > 0 ? services.AddSingleton<INodes, ShellNodes>() : services.AddSingleton<INodes, PodNodes>();
}
