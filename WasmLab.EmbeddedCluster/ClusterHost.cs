using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Api;
using WasmLab.EmbeddedCluster.Controllers;
using WasmLab.EmbeddedCluster.Ingresses;
using WasmLab.EmbeddedCluster.Nodes;
using WasmLab.EmbeddedCluster.VirtualClusters;
using WasmLab.Kubernetes;
using WasmLab.ServiceDefaults;

namespace WasmLab.EmbeddedCluster;

/// <summary>Runs the chosen parts of the cluster in one generic host.</summary>
internal static class ClusterHost
{
    /// <summary>Pods get five seconds to stop; this leaves room for what comes after.</summary>
    private static readonly TimeSpan s_shutdownTimeout = TimeSpan.FromSeconds(10);

    private static readonly Dictionary<string, ClusterParts> s_parts = new(StringComparer.OrdinalIgnoreCase)
    {
        ["api"] = ClusterParts.Api,
        ["node"] = ClusterParts.Node,
        ["controllers"] = ClusterParts.Controllers,
        ["ingress"] = ClusterParts.Ingress,
        ["vclusters"] = ClusterParts.VirtualClusters,
    };

    /// <summary>Runs until told to stop; the exit code is 0 unless it could not start.</summary>
    public static async Task<int> RunAsync(ClusterOptions options, CancellationToken ct)
    {
        var host = Build(options);
        try
        {
            await host.StartAsync(ct).ConfigureAwait(false);
            PrintReady(options, host.Services.GetRequiredService<ClusterAddresses>());
            await host.WaitForShutdownAsync(ct).ConfigureAwait(false);
            return 0;
        }
        catch (StartupException exception)
        {
            await Console.Error.WriteLineAsync($"wasmlab-cluster: {exception.Message}").ConfigureAwait(false);
            return 1;
        }
#pragma warning disable CA1031 // What nobody foresaw has to be seen whole before the host is taken apart, which may fail in turn.
        catch (Exception exception) when (exception is not OperationCanceledException || !ct.IsCancellationRequested)
#pragma warning restore CA1031
        {
            await Console.Error.WriteLineAsync($"wasmlab-cluster: {exception}").ConfigureAwait(false);
            return 1;
        }
        finally
        {
            host.Dispose();
        }
    }

    /// <summary>The host with its parts, not started.</summary>
    public static IHost Build(ClusterOptions options)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new() { ApplicationName = "wasmlab-cluster" });
        builder.Configuration.AddEnvironmentVariables();
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        // A host that cannot start says why by its exception, which is printed as one line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        builder.ConfigureOpenTelemetry();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = s_shutdownTimeout);
        builder.Services.AddSingleton<IHostLifetime, Microsoft.Extensions.Hosting.Internal.ConsoleLifetime>();
        builder.Services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        builder.Services.AddSingleton(options).AddSingleton(TimeProvider.System).AddSingleton<ClusterAddresses>();
        AddParts(builder.Services, options);
        if (options.ParentWatch)
        {
            builder.Services.AddHostedService<ParentWatch>();
        }

        return builder.Build();
    }

    /// <summary>Reads a list of parts.</summary>
    public static bool TryParseParts(string text, out ClusterParts parts, out string? unknown)
    {
        parts = ClusterParts.None;
        unknown = null;
        foreach (var name in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!s_parts.TryGetValue(name, out var part))
            {
                unknown = name;
                return false;
            }

            parts |= part;
        }

        return parts != ClusterParts.None;
    }

    private static void AddParts(IServiceCollection services, ClusterOptions options)
    {
        services.AddSingleton<ApiListener>();
        if (options.Parts.HasFlag(ClusterParts.Api))
        {
            services.AddApi();
        }
        else
        {
            services.AddSingleton(_ => Connect(options));
        }

        _ = options.Parts.HasFlag(ClusterParts.Controllers) ? ControllersPart.AddControllers(services) : services;
        _ = options.Parts.HasFlag(ClusterParts.Node) ? services.AddNode() : services;
        _ = options.Parts.HasFlag(ClusterParts.VirtualClusters) ? services.AddVirtualClusters() : services;
        _ = options.Parts.HasFlag(ClusterParts.Ingress) ? services.AddIngress() : services;
    }

    private static KubernetesClient Connect(ClusterOptions options)
    {
        try
        {
            return KubernetesClient.Connect(KubeConfig.Load(options.KubeConfigPath), options.Context);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or InvalidOperationException)
        {
            throw new StartupException($"without part api a kubeconfig (--kubeconfig) is needed: {exception.Message}", exception);
        }
    }

    private static void PrintReady(ClusterOptions options, ClusterAddresses addresses)
    {
        var line = "wasmlab-cluster ready";
        line += options.Parts.HasFlag(ClusterParts.Api) ? $" api={Text(addresses.Api)}" : "";
        line += options.Parts.HasFlag(ClusterParts.Ingress) ? $" ingress={Text(addresses.Ingress)}" : "";
        Console.Out.WriteLine(line);
        Console.Out.Flush();

        static string Text(Uri? address) => address?.GetLeftPart(UriPartial.Authority) ?? "-";
    }
}
