using System.Text.Json.Nodes;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>What the containers of a pod share: the runtime handler, the address, the volumes.</summary>
internal sealed record PodSandbox(IRuntimeHandler Handler, PodAddress Address, IReadOnlyDictionary<string, string> Volumes);

/// <summary>A sandbox cannot be created; the message is that of the event <c>FailedCreatePodSandBox</c>.</summary>
internal sealed class SandboxException(string message) : Exception(message);

/// <summary>Follows the chain from a pod's <c>runtimeClassName</c> to a handler of this node.</summary>
internal sealed class PodSandboxFactory(NodeContext node)
{
    private readonly PodVolumes _volumes = new(node.Api, node.Paths);

    // address: the address of an earlier sandbox of the pod, which is kept; null at first.
    public async Task<PodSandbox> CreateAsync(Pod pod, PodAddress? address, CancellationToken cancellationToken)
    {
        var volumes = await _volumes.SetUpAsync(pod, cancellationToken).ConfigureAwait(false);
        var handler = await FindHandlerAsync(pod.Spec.RuntimeClassName, cancellationToken).ConfigureAwait(false);
        address ??= await AllocateAsync(pod, cancellationToken).ConfigureAwait(false);
        return new PodSandbox(handler, address, volumes);
    }

    public void Remove(Pod pod, PodAddress? address)
    {
        if (address is not null)
        {
            node.Network.Release(address);
        }

        _volumes.TearDown(pod);
    }

    private async Task<IRuntimeHandler> FindHandlerAsync(string? className, CancellationToken cancellationToken)
    {
        string? handler = null;
        if (!string.IsNullOrEmpty(className))
        {
            var runtimeClass = await node.Api.FindAsync<RuntimeClass>(className, null, cancellationToken).ConfigureAwait(false)
                ?? throw new SandboxException($"Failed to create pod sandbox: runtimeclass.node.k8s.io \"{className}\" not found");
            handler = runtimeClass.Handler;
        }

        return node.FindHandler(handler) ?? throw new SandboxException(
            $"Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for \"{handler}\" is configured");
    }

    private async Task<PodAddress> AllocateAsync(Pod pod, CancellationToken cancellationToken)
    {
        var address = node.Network.Allocate(pod.Spec.Containers.SelectMany(container => container.Ports).Select(port => port.Port));
        if (address.IsShared)
        {
            var annotations = new JsonObject();
            foreach (var (containerPort, hostPort) in address.HostPorts)
            {
                annotations[$"{PodAddress.PortAnnotationPrefix}{containerPort}"] = $"{hostPort}";
            }

            var patch = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = annotations } };
            await node.Api.PatchAsync(pod, patch, subresource: null, cancellationToken).ConfigureAwait(false);
        }

        return address;
    }
}
