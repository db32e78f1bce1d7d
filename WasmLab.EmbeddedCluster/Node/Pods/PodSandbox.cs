using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>What the containers of a pod share: the runtime's sandbox and the volumes.</summary>
internal sealed record PodSandbox(IPodSandbox Runtime, IReadOnlyDictionary<string, string> Volumes)
{
    public PodAddress Address => Runtime.Address;
}

/// <summary>A sandbox cannot be created; the message is that of the event <c>FailedCreatePodSandBox</c>.</summary>
internal sealed class SandboxException(string message) : Exception(message);

/// <summary>Follows the chain from a pod's <c>runtimeClassName</c> to a sandbox of the node's runtime.</summary>
internal sealed class PodSandboxFactory(NodeContext node)
{
    private readonly PodVolumes _volumes = new(node.Api, node.Paths);

    // replaced: the sandbox that the pod had before; null at first.
    public async Task<PodSandbox> CreateAsync(Pod pod, PodSandbox? replaced, CancellationToken cancellationToken)
    {
        var volumes = await _volumes.SetUpAsync(pod, cancellationToken).ConfigureAwait(false);
        var handler = await FindHandlerAsync(pod.Spec.RuntimeClassName, cancellationToken).ConfigureAwait(false);
        var config = new PodSandboxConfig(pod, handler, node.Paths.PodLogs(pod));
        try
        {
            var sandbox = await node.Runtime.RunPodSandboxAsync(config, replaced?.Runtime, cancellationToken).ConfigureAwait(false);
            if (replaced is null)
            {
                await PublishPortsAsync(pod, sandbox.Address, cancellationToken).ConfigureAwait(false);
            }

            return new PodSandbox(sandbox, volumes);
        }
        catch (ContainerRuntimeException exception)
        {
            throw new SandboxException($"Failed to create pod sandbox: {exception.Message}");
        }
    }

    public async Task RemoveAsync(Pod pod, PodSandbox? sandbox)
    {
        if (sandbox is not null)
        {
            await sandbox.Runtime.RemoveAsync().ConfigureAwait(false);
        }

        _volumes.TearDown(pod);
    }

    private async Task<string?> FindHandlerAsync(string? className, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(className))
        {
            return null;
        }

        var runtimeClass = await node.Api.FindAsync<RuntimeClass>(className, null, cancellationToken).ConfigureAwait(false)
            ?? throw new SandboxException($"Failed to create pod sandbox: runtimeclass.node.k8s.io \"{className}\" not found");
        return runtimeClass.Handler;
    }

    private async Task PublishPortsAsync(Pod pod, PodAddress address, CancellationToken cancellationToken)
    {
        if (!address.IsShared)
        {
            return;
        }

        var annotations = new JsonObject();
        foreach (var (containerPort, hostPort) in address.HostPorts)
        {
            annotations[$"{PodAddress.PortAnnotationPrefix}{containerPort}"] = $"{hostPort}";
        }

        var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
        await node.Api.PatchAsync(pod, patch, subresource: null, cancellationToken).ConfigureAwait(false);
    }
}
