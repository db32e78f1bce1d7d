using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>
/// What runs the pods of this node. Its verbs are those of Kubernetes' container runtime interface (CRI), which a real containerd
/// offers on a socket, and which this process offers itself.
/// </summary>
internal interface IContainerRuntime : IAsyncDisposable
{
    /// <summary>Raised when handlers came or went, or the runtime answers again: what failed before may succeed now.</summary>
    event Action? Changed;

    /// <summary>Its name, which its containers' IDs in the API begin with: <c>containerd</c>.</summary>
    string Name { get; }

    string Version { get; }

    /// <summary>The names that a RuntimeClass may give as its handler, the default one first.</summary>
    IReadOnlyList<string> Handlers { get; }

    /// <summary>Why no pod can be run now, in the kubelet's words; null when it can.</summary>
    string? Problem { get; }

    /// <summary>The range of the pods' addresses; null when the runtime does not tell.</summary>
    string? PodRange { get; }

    /// <summary>How many pods it is meant for.</summary>
    int MaxPods { get; }

    IImageService Images { get; }

    /// <summary>Takes up the work; what an earlier run of this node left is removed.</summary>
    /// <exception cref="StartupException">It does not answer.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Makes what the containers of a pod share: its address and namespaces.</summary>
    /// <param name="config">What is wanted.</param>
    /// <param name="replaced">The pod's sandbox before, which is removed; where the runtime can, the address stays the same.</param>
    /// <param name="cancellationToken">The pod is not wanted any more.</param>
    /// <exception cref="ContainerRuntimeException">It cannot be made, for instance because there is no such handler.</exception>
    Task<IPodSandbox> RunPodSandboxAsync(PodSandboxConfig config, IPodSandbox? replaced, CancellationToken cancellationToken);
}

/// <summary>What the containers of one pod share.</summary>
internal interface IPodSandbox
{
    PodAddress Address { get; }

    /// <summary>Makes a container, which does not run yet.</summary>
    /// <returns>Its ID.</returns>
    /// <exception cref="ContainerRuntimeException">It cannot be made.</exception>
    Task<string> CreateContainerAsync(ContainerConfig config, CancellationToken cancellationToken);

    /// <exception cref="ContainerStartException">It cannot be started; it is removed.</exception>
    Task<IContainer> StartContainerAsync(string id, CancellationToken cancellationToken);

    /// <summary>Removes a container that has ended; its log stays. Never fails: what is left goes with the sandbox.</summary>
    Task RemoveContainerAsync(string id);

    /// <summary>Ends and removes whatever is left of it; a second time it does nothing.</summary>
    /// <exception cref="ContainerRuntimeException">The runtime does not do it.</exception>
    Task RemoveAsync();
}

/// <summary>What is wanted of a pod's sandbox.</summary>
/// <param name="Pod">Its pod.</param>
/// <param name="Handler">The runtime handler; null for the default one.</param>
/// <param name="LogDirectory">Where the logs of its containers are.</param>
internal sealed record PodSandboxConfig(Pod Pod, string? Handler, string LogDirectory);

/// <summary>The runtime refuses, or does not answer. The message is what a pod's status or event shows.</summary>
internal sealed class ContainerRuntimeException(string message, Exception? innerException = null) : Exception(message, innerException);
