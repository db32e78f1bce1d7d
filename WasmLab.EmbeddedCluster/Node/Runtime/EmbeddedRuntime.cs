using System.Reflection;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.EmbeddedCluster.Nodes.Pods;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>The runtime in this process: a container is a process of this machine, or a module in a shim.</summary>
internal sealed class EmbeddedRuntime : IContainerRuntime
{
    private readonly NodePaths _paths;
    private readonly IRuntimeHandlers _handlers;
    private readonly ILocalImages _images;
    private readonly PodNetwork _network;
    private readonly ILogger _logger;

    public EmbeddedRuntime(NodePaths paths, IRuntimeHandlers handlers, ILocalImages images, PodNetwork network, ILogger logger)
    {
        _paths = paths;
        _handlers = handlers;
        _network = network;
        _logger = logger;
        _images = images;
        _handlers.Changed += () => Changed?.Invoke();
    }

    public event Action? Changed;

    public string Name => "wasmlab";

    public string Version { get; } = typeof(EmbeddedRuntime).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public IReadOnlyList<string> Handlers => _handlers.Names;

    public string? Problem => null;

    public string? PodRange => _network.Range;

    // A pod costs a fraction of what it costs a real node: no namespaces, no pause process.
    public int MaxPods => 1100;

    public IImageService Images => _images;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        LeftoverProcesses.Clean(_paths.Containers, _logger);
        return Task.CompletedTask;
    }

    public Task<IPodSandbox> RunPodSandboxAsync(PodSandboxConfig config, IPodSandbox? replaced, CancellationToken cancellationToken)
    {
        var handler = _handlers.Find(config.Handler) ?? throw new ContainerRuntimeException(
            $"rpc error: code = Unknown desc = failed to get sandbox runtime: no runtime for \"{config.Handler}\" is configured");
        var address = replaced?.Address
            ?? _network.Allocate(config.Pod.Spec.Containers.SelectMany(container => container.Ports).Select(port => port.Port));
        return Task.FromResult<IPodSandbox>(new EmbeddedSandbox(config, handler, address, _images, _paths, _network));
    }

    public async ValueTask DisposeAsync()
    {
        if (_handlers is IAsyncDisposable handlers)
        {
            await handlers.DisposeAsync().ConfigureAwait(false);
        }

        (_images as IDisposable)?.Dispose();
    }
}
