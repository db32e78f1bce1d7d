using WasmLab.EmbeddedCluster.Nodes.Probes;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>The probes of one run of a container: startup first, then readiness and liveness.</summary>
internal sealed class ContainerProbes : IProbeObserver, IDisposable
{
    private readonly NodeContext _node;
    private readonly Container _container;
    private readonly PodAddress _address;
    private readonly IProbeObserver _observer;
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stoppingToken;

    public ContainerProbes(NodeContext node, Container container, PodAddress address, IProbeObserver observer)
    {
        _node = node;
        _container = container;
        _address = address;
        _observer = observer;
        _stoppingToken = _stopping.Token;
        if (container.StartupProbe is { } startup)
        {
            Run(ProbeKind.Startup, startup);
        }
        else
        {
            RunAfterStartup();
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    void IProbeObserver.Failed(ProbeKind kind, string message)
    {
        if (!_stoppingToken.IsCancellationRequested)
        {
            _observer.Failed(kind, message);
        }
    }

    void IProbeObserver.Changed(ProbeKind kind, bool healthy)
    {
        if (_stoppingToken.IsCancellationRequested)
        {
            return;
        }

        _observer.Changed(kind, healthy);
        if (kind == ProbeKind.Startup && healthy)
        {
            RunAfterStartup();
        }
    }

    private void RunAfterStartup()
    {
        if (_container.ReadinessProbe is { } readiness)
        {
            Run(ProbeKind.Readiness, readiness);
        }

        if (_container.LivenessProbe is { } liveness)
        {
            Run(ProbeKind.Liveness, liveness);
        }
    }

    private void Run(ProbeKind kind, Probe probe)
    {
        var loop = new ProbeLoop(
            kind, probe, token => _node.Prober.ProbeAsync(probe, _container, _address, token), this, _node.Time);
        _ = Task.Run(() => loop.RunAsync(_stoppingToken));
    }
}
