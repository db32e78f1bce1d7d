using Microsoft.Extensions.DependencyInjection;
using WasmLab.Hosting.Diagnosis;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>Adds the shim step of clusters whose nodes run containerd; <see cref="Nodes.INodes"/> says how the nodes are reached.</summary>
internal static class ContainerdServices
{
    public static IServiceCollection AddContainerdShim(this IServiceCollection services) => services
        .AddSingleton<ShimDownload>()
        .AddSingleton<ShimSignature>()
        .AddSingleton<IShimSource, ReleaseShimSource>()
        .AddSingleton<IShimSource, BuiltShimSource>()
        .AddSingleton<IShimSource, FileShimSource>()
        .AddSingleton<ContainerdRestart>()
        .AddSingleton<ContainerdInstaller>()
        .AddSingleton<ContainerdRemover>()
        .AddSingleton<IWasmShimProvider, ContainerdWasmShimProvider>()
        .AddSingleton<IDiagnostic, ContainerdWasmShimDiagnostic>();
}
