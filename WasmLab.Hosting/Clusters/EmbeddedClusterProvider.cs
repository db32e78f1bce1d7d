using System.Globalization;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.Clusters;

/// <summary>The embedded cluster: the process <c>wasmlab-cluster</c>, which writes the kubeconfig when it listens.</summary>
internal sealed class EmbeddedClusterProvider(LabOptions options, BringUpTrace trace) : IClusterProvider
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    public void AddPrograms(IResourceBuilder<ClusterResource> cluster)
    {
        // The file is the sign that the process listens: one of an earlier run would be taken for it.
        Directory.CreateDirectory(options.StateDirectory);
        File.Delete(options.KubeConfigPath);

        var process = cluster.ApplicationBuilder.AddExecutable(
                $"{cluster.Resource.Name}-node",
                LabPrograms.Dotnet,
                options.StateDirectory,
                "exec", LabPrograms.Cluster,
                "--state-directory", options.StateDirectory,
                "--kubeconfig", options.KubeConfigPath,
                "--api-port", options.ApiPort.ToString(CultureInfo.InvariantCulture),
                "--ingress-port", options.IngressPort.ToString(CultureInfo.InvariantCulture))
            .WithOtlpExporter()
            .WithEnvironment(context => trace.Export(OtlpVariables(context)))
            .WithIconName("Server")
            .WithParentRelationship(cluster);

        cluster.WaitForStart(process);
    }

    public async Task<KubeConfig> StartAsync(LabStep step, CancellationToken cancellationToken)
    {
        step.ByHand("minikube start --driver=docker --container-runtime=containerd -p wasm    # embedded: wasmlab-cluster does this part");
        step.ByHand($"export KUBECONFIG={options.KubeConfigPath}");

        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            while (!File.Exists(options.KubeConfigPath))
            {
                await Task.Delay(Interval, deadline.Token).ConfigureAwait(false);
            }

            return KubeConfig.Load(options.KubeConfigPath);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DistributedApplicationException(
                $"The embedded cluster did not start within {Deadline.TotalSeconds:0} s: no kubeconfig at {options.KubeConfigPath}. "
                + "Its console log (resource 'cluster-node') says why.");
        }
    }

    private static Dictionary<string, string> OtlpVariables(EnvironmentCallbackContext context) =>
        context.EnvironmentVariables
            .Where(variable => variable.Key.StartsWith("OTEL_EXPORTER_OTLP_", StringComparison.Ordinal))
            .ToDictionary(variable => variable.Key, variable => variable.Value.ToString() ?? string.Empty);
}
