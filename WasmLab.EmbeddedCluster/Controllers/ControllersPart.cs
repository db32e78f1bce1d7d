using Microsoft.Extensions.DependencyInjection;

namespace WasmLab.EmbeddedCluster.Controllers;

/// <summary>Binds pods, keeps endpoints, empties namespaces, collects what lost its owner.</summary>
internal static class ControllersPart
{
    public static IServiceCollection AddControllers(this IServiceCollection services) =>
        services.AddHostedService<ControllersService>();
}
