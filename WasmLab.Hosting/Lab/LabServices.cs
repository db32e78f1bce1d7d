using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Diagnosis;
using WasmLab.Hosting.Flavors;
using WasmLab.Hosting.Ingresses;
using WasmLab.Hosting.Nodes;
using WasmLab.Hosting.Tools;
using WasmLab.Hosting.VirtualClusters;
using WasmLab.Hosting.WasmShims;
using WasmLab.Hosting.WasmShims.Containerd;

namespace WasmLab.Hosting.Lab;

/// <summary>The lab's services: the same for every cluster, but for one provider a role, which the settings choose.</summary>
internal static class LabServices
{
    public static IServiceCollection AddLab(this IServiceCollection services, LabOptions options)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(new LabTimings(TimeProvider.System));
        services.AddSingleton<IProcessRunner, ProcessRunner>();
        services.AddSingleton<LabShell>();
        services.AddSingleton<ClusterConnections>();
        services.AddSingleton<HostObjects>();
        services.AddSingleton<NodePlatform>();
        services.AddSingleton<FlavorImages>();
        services.AddSingleton<FlavorProbe>();
        services.AddSingleton<FlavorDeployment>();
        services.AddSingleton<FlavorWatcher>();
        services.AddSingleton<NativeProgram>();
        services.AddSingleton<DockerBuild>();
        services.AddSingleton<PortForwards.PortForwards>();
        services.AddSingleton<ToolRequirements>();
        services.AddSingleton<IngressAddress>();
        services.AddDiagnosis();
        if (options.Remove)
        {
            services.AddHostedService<RemovalService>();
        }
        else if (options.DryRun)
        {
            services.AddHostedService<Rehearsal>();
        }
        else if (options.Doctor)
        {
            services.AddHostedService<DoctorService>();
        }
        else
        {
            services.AddHostedService<LabReadiness>();
        }

        return services.AddCluster(options).AddIngress(options).AddVirtualClusters(options);
    }

    private static IServiceCollection AddDiagnosis(this IServiceCollection services) => services
        .AddSingleton<Doctor>()
        .AddSingleton<IDiagnostic, ToolsDiagnostic>()
        .AddSingleton<IDiagnostic, ClusterDiagnostic>()
        .AddSingleton<IDiagnostic, RuntimeClassDiagnostic>()
        .AddSingleton<IDiagnostic, IngressDiagnostic>()
        .AddSingleton<IDiagnostic, VirtualClusterDiagnostic>()
        .AddSingleton<IDiagnostic, FlavorDiagnostic>();

    /// <summary>The cluster, its nodes, and how shim and images come to them.</summary>
    private static IServiceCollection AddCluster(this IServiceCollection services, LabOptions options) => options.Cluster switch
    {
        ClusterKind.Embedded => services
            .AddSingleton<IWasmShimProvider, EmbeddedWasmShimProvider>()
            .AddSingleton<IDiagnostic, EmbeddedWasmShimDiagnostic>()
            .AddSingleton<IImageLoader, SharedStoreImageLoader>(),
        ClusterKind.Context => services
            .AddContextNodes(options)
            .AddWasmShim(options)
            .AddSingleton<IDiagnostic, ContextDiagnostic>()
            .AddSingleton<NodeImageLoader>()
            .AddSingleton<ClusterRemoval>()
            .AddImageLoader<NodeImageLoader>(options),
        _ => services.AddMinikube(options).AddWasmShim(options),
    };

    private static IServiceCollection AddMinikube(this IServiceCollection services, LabOptions options)
    {
        if (options.Minikube.Lifetime == MinikubeLifetime.Session)
        {
            services.Configure<HostOptions>(host => host.ShutdownTimeout = MinikubeSession.StopTimeout);
        }

        return services
            .AddSingleton<Minikube>()
            .AddSingleton<IDiagnostic, MinikubeDiagnostic>()
            .AddSingleton<MinikubeStart>()
            .AddSingleton<MinikubeSession>()
            .AddHostedService(provider => provider.GetRequiredService<MinikubeSession>())
            .AddSingleton<MinikubeIngressAddon>()
            .AddSingleton<INodes, MinikubeNodes>()
            .AddImageLoader<MinikubeImageLoader>(options);
    }

    /// <summary>A registry, if there is one, else straight into the nodes.</summary>
    private static IServiceCollection AddImageLoader<T>(this IServiceCollection services, LabOptions options)
        where T : class, IImageLoader =>
        options.Images.Registry is null ? services.AddSingleton<IImageLoader, T>() : services.AddSingleton<IImageLoader, RegistryImageLoader>();

    /// <summary>What brings the handler to real nodes.</summary>
    private static IServiceCollection AddWasmShim(this IServiceCollection services, LabOptions options) => options.Shim.Source switch
    {
        ShimSource.Existing => services.AddSingleton<IWasmShimProvider, ExistingWasmShimProvider>(),
        _ => services.AddContainerdShim(),
    };

    private static IServiceCollection AddIngress(this IServiceCollection services, LabOptions options) => options.Ingress switch
    {
        IngressKind.Embedded => services.AddSingleton<IIngressProvider, EmbeddedIngressProvider>(),
        _ => services.AddSingleton<IIngressProvider, NginxIngressProvider>(),
    };

    private static IServiceCollection AddVirtualClusters(this IServiceCollection services, LabOptions options) => options.VirtualClusters switch
    {
        VirtualClusterKind.Embedded => services.AddSingleton<IVirtualClusterProvider, EmbeddedVirtualClusterProvider>(),
        _ => services.AddSingleton<VirtualClusterChart>().AddSingleton<IVirtualClusterProvider, ChartVirtualClusterProvider>(),
    };
}
