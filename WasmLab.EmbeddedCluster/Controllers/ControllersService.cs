using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Nodes.Status;
using WasmLab.Kubernetes;

namespace WasmLab.EmbeddedCluster.Controllers;

/// <summary>Runs the controllers on one set of caches.</summary>
internal sealed class ControllersService(KubernetesClient client, TimeProvider time, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _running = new();

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var schedulerEvents = Run(new EventRecorder(client, Scheduler.Name, null, time, loggers.CreateLogger<EventRecorder>()));
        var nodeEvents = Run(new EventRecorder(client, "node-controller", null, time, loggers.CreateLogger<EventRecorder>()));

        // Controllers come before the caches start, so that they hear of everything that is there.
        var informers = Run(new ClusterInformers(client, time, loggers));
        Run(new Scheduler(client, informers, schedulerEvents, time, loggers.CreateLogger<Scheduler>()));
        Run(new EndpointSliceController(client, informers, time, loggers.CreateLogger<EndpointSliceController>()));
        Run(new NamespaceController(client, informers, time, loggers.CreateLogger<NamespaceController>()));
        Run(new NodeLifecycleController(client, informers, nodeEvents, time, loggers.CreateLogger<NodeLifecycleController>()));
        Run(new GarbageCollector(client, informers, time, loggers.CreateLogger<GarbageCollector>()));
        await informers.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        while (_running.TryPop(out var running))
        {
            await running.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    private T Run<T>(T started)
        where T : IAsyncDisposable
    {
        _running.Push(started);
        return started;
    }
}
