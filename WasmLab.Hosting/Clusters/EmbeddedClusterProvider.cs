using System.Globalization;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.Clusters;

/// <summary>The embedded cluster: every part in one process <c>wasmlab-cluster</c>.</summary>
internal sealed class EmbeddedClusterProvider(LabOptions options, ClusterProgram program) : IClusterProvider
{
    public void AddPrograms(IResourceBuilder<ClusterResource> cluster)
    {
        var process = program.Add(
            cluster,
            $"{cluster.Resource.Name}-node",
            "--api-port", options.ApiPort.ToString(CultureInfo.InvariantCulture),
            "--ingress-port", options.IngressPort.ToString(CultureInfo.InvariantCulture));
        if (process is not null)
        {
            cluster.WaitForStart(process);
        }
    }

    public async Task<KubeConfig?> StartAsync(LabStep step, CancellationToken cancellationToken)
    {
        step.ByHand("minikube start --driver=docker --container-runtime=containerd -p wasm    # embedded: wasmlab-cluster does this part");
        step.ByHand($"export KUBECONFIG={options.KubeConfigPath}");
        if (step.IsRehearsal)
        {
            return null;
        }

        await program.WaitUntilReadyAsync(step, cancellationToken).ConfigureAwait(false);
        return KubeConfig.Load(options.KubeConfigPath);
    }
}
