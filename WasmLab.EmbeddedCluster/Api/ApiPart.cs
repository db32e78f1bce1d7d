using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace WasmLab.EmbeddedCluster.Api;

/// <summary>Serves the cluster's API and gives the other parts a client of it.</summary>
internal static class ApiPart
{
    public static IServiceCollection AddApi(this IServiceCollection services) => services
        .AddSingleton(provider => new ApiServer(
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredService<TimeProvider>(),
            // Asked for late: the node that knows the logs and reaches the ports is itself a client of this API.
            provider.GetService<ILogSource>,
            provider.GetService<IPortSource>))
        .AddSingleton(provider => provider.GetRequiredService<ApiServer>().CreateClient())
        .AddHostedService<ApiService>();

    private sealed class ApiService(ApiListener listener, ApiServer server, ClusterOptions options, ClusterAddresses addresses, ILogger<ApiServer> logger)
        : IHostedService
    {
        private const string ClusterName = "wasmlab";

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            listener.Mount("", server);
            await listener.StartAsync(cancellationToken).ConfigureAwait(false);
            addresses.Api = listener.Address;
            listener.IssueKubeConfig(ClusterName).Save(options.KubeConfigPath);
            logger.LogInformation("The API listens on {Address}; its kubeconfig is {Path}", listener.Address, options.KubeConfigPath);
        }

        public Task StopAsync(CancellationToken cancellationToken)
        {
            listener.Unmount("");
            return Task.CompletedTask;
        }
    }
}
