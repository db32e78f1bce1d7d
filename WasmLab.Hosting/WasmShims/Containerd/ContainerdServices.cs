using Microsoft.Extensions.DependencyInjection;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>Adds the shim step of clusters whose nodes run containerd; <see cref="Nodes.INodes"/> says how the nodes are reached.</summary>
internal static class ContainerdServices
{
    public static IServiceCollection AddContainerdShim(this IServiceCollection services) => services
        .AddSingleton<IWasmShimProvider, ContainerdWasmShimProvider>();
}
