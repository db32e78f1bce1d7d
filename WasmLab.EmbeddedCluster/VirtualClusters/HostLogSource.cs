using WasmLab.EmbeddedCluster.Api;
using WasmLab.EmbeddedCluster.VirtualClusters.Sync;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.VirtualClusters;

/// <summary>The logs of a virtual cluster's pods are those of their copies on the host.</summary>
internal sealed class HostLogSource(KubernetesClient host, string hostNamespace, string virtualCluster) : ILogSource
{
    private const int BufferSize = 4096;

    public async Task WriteLogAsync(Pod pod, string container, LogOptions options, Stream output, CancellationToken ct)
    {
        var name = HostName.Of(pod.Metadata.Name!, pod.Metadata.Namespace ?? "default", virtualCluster);
        await using var log = await host.ReadLogAsync(name, hostNamespace, options with { Container = container }, ct).ConfigureAwait(false);
        var buffer = new byte[BufferSize];
        int read;
        while ((read = await log.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0)
        {
            await output.WriteAsync(buffer.AsMemory(0, read), ct).ConfigureAwait(false);
            await output.FlushAsync(ct).ConfigureAwait(false);
        }
    }
}
