using Grpc.Core;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Nodes.Cri.V1;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using ContainerConfig = WasmLab.EmbeddedCluster.Nodes.Runtime.ContainerConfig;
using PodSandboxConfig = WasmLab.EmbeddedCluster.Nodes.Runtime.PodSandboxConfig;

namespace WasmLab.EmbeddedCluster.Nodes.Cri;

/// <summary>A pod of a container runtime.</summary>
internal sealed class CriSandbox(
    CriClient client,
    CriMessages messages,
    CriMonitor monitor,
    PodSandboxConfig config,
    V1.PodSandboxConfig sandbox,
    string id,
    PodAddress address,
    ILogger logger) : IPodSandbox
{
    public PodAddress Address => address;

    public async Task<string> CreateContainerAsync(ContainerConfig container, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Directory.CreateDirectory(Path.GetDirectoryName(container.LogPath)!);
        var request = new CreateContainerRequest
        {
            PodSandboxId = id,
            Config = messages.ContainerOf(config, container),
            SandboxConfig = sandbox,
        };
        try
        {
            return (await client.Runtime.CreateContainerAsync(request, client.Uncancellable)).ContainerId;
        }
        catch (RpcException exception)
        {
            throw new ContainerRuntimeException(CriClient.Describe(exception), exception);
        }
    }

    public async Task<IContainer> StartContainerAsync(string containerId, CancellationToken cancellationToken)
    {
        try
        {
            await client.Runtime.StartContainerAsync(new StartContainerRequest { ContainerId = containerId }, client.Uncancellable);
        }
        catch (RpcException exception)
        {
            await RemoveContainerAsync(containerId).ConfigureAwait(false);
            throw new ContainerStartException(CriClient.Describe(exception), exception);
        }

        return monitor.Watch(containerId, id);
    }

    public async Task RemoveContainerAsync(string containerId)
    {
        try
        {
            await client.Runtime.RemoveContainerAsync(new RemoveContainerRequest { ContainerId = containerId }, client.Uncancellable);
        }
        catch (RpcException exception)
        {
            logger.LogWarning("Container {Id} is not removed: {Reason}", containerId, CriClient.Describe(exception));
        }
    }

    public async Task RemoveAsync()
    {
        try
        {
            await RemoveAsync(client, id).ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw CriClient.Wrap(exception);
        }
    }

    /// <summary>Removes a sandbox and what is in it; one that is gone already is no error.</summary>
    /// <exception cref="RpcException">The runtime does not do it.</exception>
    public static async Task RemoveAsync(CriClient client, string id)
    {
        try
        {
            await client.Runtime.StopPodSandboxAsync(new StopPodSandboxRequest { PodSandboxId = id }, client.Uncancellable);
            await client.Runtime.RemovePodSandboxAsync(new RemovePodSandboxRequest { PodSandboxId = id }, client.Uncancellable);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound)
        {
        }
    }
}
