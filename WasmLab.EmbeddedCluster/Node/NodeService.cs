using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Nodes.Cri;
using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.EmbeddedCluster.Nodes.Pods;
using WasmLab.EmbeddedCluster.Nodes.Probes;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.EmbeddedCluster.Nodes.Status;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes;

/// <summary>The node: registers itself, follows the pods bound to it, and runs them.</summary>
internal sealed class NodeService(
    ClusterOptions options, KubernetesClient client, TimeProvider time, ILoggerFactory loggers) : IHostedService, IAsyncDisposable
{
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(8);

    private readonly ILogger _logger = loggers.CreateLogger<NodeService>();
    private readonly NodePaths _paths = new(options.StateDirectory);
    private IContainerRuntime? _runtime;
    private EventRecorder? _events;
    private NodeReporter? _reporter;
    private Prober? _prober;
    private PodManager? _pods;
    private Informer<Pod>? _informer;
    private bool _isStopped;

    public ContainerRunner? FindContainer(Pod pod, string container) => _pods?.FindContainer(pod, container);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var machineId = await MachineIdAsync(cancellationToken).ConfigureAwait(false);
        _runtime = CreateRuntime(machineId);
        await _runtime.StartAsync(cancellationToken).ConfigureAwait(false);
        _events = new EventRecorder(client, "kubelet", options.NodeName, time, loggers.CreateLogger<EventRecorder>());
        _prober = new Prober(time);
        _pods = new PodManager(CreateContext(), options.NodeName);
        _reporter = new NodeReporter(client, options.NodeName, options.NodeIP, _runtime, time, loggers.CreateLogger<NodeReporter>());
        _runtime.Changed += OnRuntimeChanged;
        _runtime.Images.Changed += _pods.RetryAll;

        await _reporter.RegisterAsync(machineId, cancellationToken).ConfigureAwait(false);
        _events.Record(_reporter.Node, EventType.Normal, "Starting", "Starting kubelet.");
        _events.Record(_reporter.Node, EventType.Normal, "NodeReady", $"Node {options.NodeName} status is now: NodeReady");

        _informer = new Informer<Pod>(
            client, null, new ListOptions { FieldSelector = $"spec.nodeName={options.NodeName}" }, loggers.CreateLogger<Informer<Pod>>(), time);
        _informer.Changed += _pods.OnChanged;
        await _informer.StartAsync(cancellationToken).ConfigureAwait(false);
        RemoveOldLogs(_informer.Items);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _isStopped, true))
        {
            return;
        }

        await DisposeAsync(_informer).ConfigureAwait(false);
        if (_pods is not null)
        {
            // A runtime that does not answer ends no containers; what is left, the next start removes.
            await _pods.StopAsync(StopGrace).WaitAsync(StopLimit, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await DisposeAsync(_runtime).ConfigureAwait(false);
        await DisposeAsync(_reporter).ConfigureAwait(false);
        await DisposeAsync(_events).ConfigureAwait(false);
        _prober?.Dispose();
    }

    public async ValueTask DisposeAsync() => await StopAsync(CancellationToken.None).ConfigureAwait(false);

    private static ValueTask DisposeAsync(IAsyncDisposable? disposable) => disposable?.DisposeAsync() ?? ValueTask.CompletedTask;

    private IContainerRuntime CreateRuntime(string machineId) => options.ContainerRuntimeEndpoint is { } endpoint
        ? new CriRuntime(endpoint, machineId, options.NodeIP, time, loggers.CreateLogger<CriRuntime>())
        : new EmbeddedRuntime(
            _paths, CreateHandlers(), new ImageService(_paths.Images, time), new PodNetwork(new Random()), loggers.CreateLogger<EmbeddedRuntime>());

    private HandlerRegistry CreateHandlers()
    {
        var processes = new ProcessHandler(time, loggers.CreateLogger<ProcessHandler>());
        return new HandlerRegistry(
            _paths.Runtimes,
            processes,
            (name, shim) => new WasmHandler(name, shim, _paths.CompiledCode, processes, time, loggers.CreateLogger<WasmHandler>(), OnRuntimeRestarted),
            time,
            loggers.CreateLogger<HandlerRegistry>());
    }

    private NodeContext CreateContext() => new()
    {
        Paths = _paths,
        Runtime = _runtime!,
        Api = new PodApi(client),
        Events = _events!,
        Prober = _prober!,
        Time = time,
        Logger = loggers.CreateLogger<PodWorker>(),
        HostIP = options.NodeIP,
    };

    private void OnRuntimeChanged()
    {
        _reporter!.Refresh();
        _pods!.RetryAll();
    }

    private void OnRuntimeRestarted(string message) =>
        _events?.Record(_reporter!.Node, EventType.Warning, "RuntimeRestarted", message);

    private async Task<string> MachineIdAsync(CancellationToken cancellationToken)
    {
        var file = Path.Combine(Path.GetDirectoryName(_paths.Runtimes)!, "machine-id");
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, Guid.NewGuid().ToString(), cancellationToken).ConfigureAwait(false);
        }

        return (await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false)).Trim();
    }

    private void RemoveOldLogs(IReadOnlyCollection<Pod> pods)
    {
        var wanted = pods.Select(_paths.PodLogs).ToHashSet();
        foreach (var directory in Directory.Exists(_paths.Pods) ? Directory.EnumerateDirectories(_paths.Pods) : [])
        {
            if (!wanted.Contains(directory))
            {
                Directory.Delete(directory, recursive: true);
            }
        }
    }
}
