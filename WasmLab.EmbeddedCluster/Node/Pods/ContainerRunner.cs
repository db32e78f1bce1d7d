using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.EmbeddedCluster.Nodes.Probes;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.EmbeddedCluster.Nodes.Status;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>
/// Brings one container of a pod to run and keeps it running: image, start, probes, exit, back-off, restart.
/// Used by its pod's worker only, one call at a time; what happens elsewhere is posted to that worker.
/// </summary>
internal sealed class ContainerRunner : IDisposable
{
    private static readonly TimeSpan ShowErrorFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ConfigRetry = TimeSpan.FromSeconds(10);

    private readonly NodeContext _node;
    private readonly Action<Action> _post;
    private readonly ContainerConfigurator _configurator;
    private readonly ContainerImageResolver _images;
    private readonly RestartBackoff _backoff = new();
    private readonly string _fieldPath;
    private Pod _pod;
    private int _attempt;
    private LocalImage? _image;
    private IContainer? _running;
    private ContainerProbes? _probes;
    private DateTimeOffset _startedAt;
    private DateTimeOffset? _killAt;
    private string? _containerId;
    private bool _isStarted;
    private bool _isReady;
    private ContainerStateWaiting? _waiting;
    private ContainerStateTerminated? _ended;
    private ContainerStateTerminated? _previous;

    // known: the container's status from before this node started; null when the pod is new to it.
    // post: runs an action on the pod's worker.
    public ContainerRunner(NodeContext node, Pod pod, Container spec, bool isInit, ContainerStatus? known, Action<Action> post)
    {
        _node = node;
        _pod = pod;
        Spec = spec;
        IsInit = isInit;
        _post = post;
        _configurator = new ContainerConfigurator(node);
        _images = new ContainerImageResolver(node, spec);
        _fieldPath = $"spec.{(isInit ? "initContainers" : "containers")}{{{spec.Name}}}";
        _attempt = -1;
        Restore(known);
    }

    public Container Spec { get; }

    public bool IsInit { get; }

    /// <summary>When <see cref="StepAsync"/> wants to be called again, at the latest.</summary>
    public DateTimeOffset? Due { get; private set; }

    public bool IsRunning => _running is not null;

    public bool IsStarted => _isStarted;

    /// <summary>The sandbox that its last run was lost with: it needs another one. Null when it ended by itself.</summary>
    public PodSandbox? LostSandbox { get; private set; }

    public ContainerStateTerminated? Ended => _running is null ? _ended : null;

    /// <summary>Log file of the current run, or of the one before it.</summary>
    public string LogPath(bool previous) =>
        _node.Paths.Log(_pod, Spec.Name!, Math.Max(0, _attempt) - (previous ? 1 : 0));

    public bool HasBeenCreated => _attempt >= 0;

    /// <summary>Whether the run that writes this log file is going on.</summary>
    public bool IsWriting(string logPath) => _running is not null && logPath == LogPath(previous: false);

    public async Task StepAsync(Pod pod, PodSandbox sandbox, CancellationToken cancellationToken)
    {
        _pod = pod;
        Due = null;
        if (_running is not null)
        {
            StepRunning();
            return;
        }

        if (_ended is not null && !WillRestart(pod.Spec.RestartPolicy))
        {
            return;
        }

        if (_ended is not null && LostSandbox is null && !IsBackOffOver(_ended))
        {
            return;
        }

        await StartAsync(pod, sandbox, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins to stop a running container: asks it to end, and kills it after the grace period.</summary>
    public void Stop(TimeSpan grace, string? message = null)
    {
        if (_running is null)
        {
            return;
        }

        var killAt = _node.Time.GetUtcNow() + grace;
        if (_killAt is null)
        {
            _node.Events.Record(_pod, EventType.Normal, "Killing", message ?? $"Stopping container {Spec.Name}", _fieldPath);
            _running.Signal(ContainerSignal.Terminate);
        }

        // A later, shorter grace period shortens the wait, a longer one does not lengthen it.
        _killAt = _killAt < killAt ? _killAt : killAt;
        StepRunning();
    }

    public void Dispose() => _probes?.Dispose();

    /// <summary>The container's status as the API shows it.</summary>
    /// <param name="waitingFor">Reason of a container that has not been tried yet.</param>
    public ContainerStatus ToStatus(string waitingFor)
    {
        var status = new ContainerStatus
        {
            Name = Spec.Name,
            Image = _image?.Name ?? Spec.Image ?? "",
            ImageID = _image?.Id ?? "",
            ContainerID = _containerId is null ? null : PublicId(_containerId),
            RestartCount = Math.Max(0, _attempt),
            Ready = IsInit ? _ended is { ExitCode: 0 } && _running is null : _isReady,
            Started = _isStarted,
        };
        if (_running is not null)
        {
            status.State.Running = new ContainerStateRunning { StartedAt = _startedAt };
            status.LastState.Terminated = _previous;
        }
        else if (_waiting is not null || _ended is null)
        {
            status.State.Waiting = _waiting ?? new ContainerStateWaiting { Reason = waitingFor };
            status.LastState.Terminated = _ended ?? _previous;
        }
        else
        {
            status.State.Terminated = _ended;
            status.LastState.Terminated = _previous;
        }

        return status;
    }

    private void OnProbe(ProbeKind kind, bool healthy)
    {
        switch (kind)
        {
            case ProbeKind.Readiness:
                _isReady = healthy;
                break;
            case ProbeKind.Startup when healthy:
                _isStarted = true;
                _isReady = Spec.ReadinessProbe is null;
                break;
            case ProbeKind.Startup or ProbeKind.Liveness when !healthy:
                var probe = kind == ProbeKind.Startup ? Spec.StartupProbe : Spec.LivenessProbe;
                var grace = probe?.TerminationGracePeriodSeconds ?? _pod.Spec.TerminationGracePeriodSeconds ?? 30;
                Stop(TimeSpan.FromSeconds(grace), $"Container {Spec.Name} failed {(kind == ProbeKind.Startup ? "startup" : "liveness")} probe, will be restarted");
                break;
        }
    }

    private void StepRunning()
    {
        if (_killAt is null)
        {
            return;
        }

        if (_node.Time.GetUtcNow() >= _killAt)
        {
            _running!.Signal(ContainerSignal.Kill);
            Due = null;
        }
        else
        {
            Due = _killAt;
        }
    }

    private bool WillRestart(string? policy) => policy switch
    {
        "Never" => false,
        "OnFailure" => _ended is not { ExitCode: 0 },
        _ => !IsInit || _ended is not { ExitCode: 0 },
    };

    private bool IsBackOffOver(ContainerStateTerminated ended)
    {
        var now = _node.Time.GetUtcNow();
        var retryAt = _backoff.RetryAt(ended.FinishedAt ?? now);
        if (now >= retryAt)
        {
            return true;
        }

        Due = retryAt;
        if (_waiting is not { Reason: "CrashLoopBackOff" })
        {
            var pod = $"{_pod.Metadata.Name}_{_pod.Metadata.Namespace}({_pod.Metadata.Uid})";
            _waiting = new ContainerStateWaiting
            {
                Reason = "CrashLoopBackOff",
                Message = $"back-off {GoDuration(_backoff.Delay)} restarting failed container={Spec.Name} pod={pod}",
            };
            _node.Events.Record(_pod, EventType.Warning, "BackOff", $"Back-off restarting failed container {Spec.Name} in pod {pod}", _fieldPath);
        }

        return false;
    }

    // 10s, 1m20s: as the kubelet's Go prints durations.
    private static string GoDuration(TimeSpan duration) =>
        (duration.TotalMinutes >= 1 ? $"{(int)duration.TotalMinutes}m" : "") + $"{duration.Seconds}s";

    private async Task StartAsync(Pod pod, PodSandbox sandbox, CancellationToken cancellationToken)
    {
        var image = await _images.FindAsync(pod, _fieldPath, cancellationToken).ConfigureAwait(false);
        if (image is null)
        {
            _waiting = _images.Waiting;
            Due = _images.Due;
            return;
        }

        _image = image;
        ContainerConfig config;
        try
        {
            config = await _configurator.ConfigureAsync(pod, Spec, image, sandbox, _attempt + 1, cancellationToken).ConfigureAwait(false);
        }
        catch (ContainerConfigException exception)
        {
            _waiting = new ContainerStateWaiting { Reason = "CreateContainerConfigError", Message = exception.Message };
            _node.Events.Record(pod, EventType.Warning, "Failed", $"Error: {exception.Message}", _fieldPath);
            Due = _node.Time.GetUtcNow() + ConfigRetry;
            return;
        }

        if (await CreateAsync(pod, sandbox, config, cancellationToken).ConfigureAwait(false) is { } id)
        {
            await LaunchAsync(pod, sandbox, id, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<string?> CreateAsync(Pod pod, PodSandbox sandbox, ContainerConfig config, CancellationToken cancellationToken)
    {
        try
        {
            return await sandbox.Runtime.CreateContainerAsync(config, cancellationToken).ConfigureAwait(false);
        }
        catch (ContainerRuntimeException exception)
        {
            _waiting = new ContainerStateWaiting { Reason = "CreateContainerError", Message = exception.Message };
            _node.Events.Record(pod, EventType.Warning, "Failed", $"Error: {exception.Message}", _fieldPath);
            Due = _node.Time.GetUtcNow() + ConfigRetry;
            return null;
        }
    }

    private async Task LaunchAsync(Pod pod, PodSandbox sandbox, string id, CancellationToken cancellationToken)
    {
        if (_ended is not null && LostSandbox is null)
        {
            _backoff.Count(_node.Time.GetUtcNow());
        }

        _attempt++;
        _containerId = id;
        _previous = _ended ?? _previous;
        LostSandbox = null;
        _node.Events.Record(pod, EventType.Normal, "Created", $"Created container: {Spec.Name}", _fieldPath);
        try
        {
            _running = await sandbox.Runtime.StartContainerAsync(id, cancellationToken).ConfigureAwait(false);
        }
        catch (ContainerStartException exception)
        {
            OnStartFailed(pod, id, exception);
            return;
        }

        _node.Events.Record(pod, EventType.Normal, "Started", $"Started container {Spec.Name}", _fieldPath);
        _startedAt = _node.Time.GetUtcNow();
        _waiting = null;
        _ended = null;
        _killAt = null;
        _isStarted = Spec.StartupProbe is null;
        _isReady = _isStarted && Spec.ReadinessProbe is null;
        _ = ObserveExitAsync(_running, sandbox);
        _probes = new ContainerProbes(_node, Spec, sandbox.Address, new RunObserver(this, _running));
    }

    private void OnStartFailed(Pod pod, string id, ContainerStartException exception)
    {
        _node.Events.Record(pod, EventType.Warning, "Failed", $"Error: {exception.Message}", _fieldPath);
        _ended = new ContainerStateTerminated
        {
            ExitCode = 128,
            Reason = "StartError",
            Message = exception.Message,
            StartedAt = DateTimeOffset.UnixEpoch,
            FinishedAt = _node.Time.GetUtcNow(),
            ContainerID = PublicId(id),
        };
        _waiting = WillRestart(pod.Spec.RestartPolicy)
            ? new ContainerStateWaiting { Reason = "RunContainerError", Message = exception.Message }
            : null;
        var now = _ended.FinishedAt.Value;
        Due = _backoff.RetryAt(now) is var retryAt && retryAt < now + ShowErrorFor ? retryAt : now + ShowErrorFor;
    }

    private async Task ObserveExitAsync(IContainer container, PodSandbox sandbox)
    {
        var exit = await container.Exited.ConfigureAwait(false);
        await sandbox.Runtime.RemoveContainerAsync(container.Id).ConfigureAwait(false);
        _post(() => OnExit(container, exit, sandbox));
    }

    private void OnExit(IContainer container, ContainerExit exit, PodSandbox sandbox)
    {
        _probes?.Dispose();
        _probes = null;
        _ended = new ContainerStateTerminated
        {
            ExitCode = exit.Code,
            Reason = exit.Reason ?? (exit.Code == 0 ? "Completed" : "Error"),
            Message = exit.Message,
            StartedAt = _startedAt,
            FinishedAt = _node.Time.GetUtcNow(),
            ContainerID = PublicId(container.Id),
        };
        LostSandbox = exit.RuntimeLost ? sandbox : null;
        _running = null;
        _killAt = null;
        _isStarted = false;
        _isReady = false;
    }

    private string PublicId(string id) => $"{_node.Runtime.Name}://{id}";

    // A node that starts finds no containers: whatever ran, ran under an earlier node and has ended with it.
    private void Restore(ContainerStatus? known)
    {
        if (known?.ContainerID is null)
        {
            return;
        }

        _attempt = known.RestartCount;
        _previous = known.LastState.Terminated;
        _ended = known.State.Terminated ?? known.LastState.Terminated;
        if (known.State.Running is { } running)
        {
            _ended = new ContainerStateTerminated
            {
                ExitCode = 137,
                Reason = "ContainerStatusUnknown",
                Message = "The container could not be located when the node was restarted.",
                StartedAt = running.StartedAt,
                FinishedAt = _node.Time.GetUtcNow(),
                ContainerID = known.ContainerID,
            };
        }
    }

    /// <summary>Posts what the probes of one run find to the pod's worker, which ignores it when that run has ended.</summary>
    private sealed class RunObserver(ContainerRunner runner, IContainer run) : IProbeObserver
    {
        public void Failed(ProbeKind kind, string message) => runner._post(() =>
        {
            if (runner._running == run && runner._killAt is null)
            {
                runner._node.Events.Record(runner._pod, EventType.Warning, "Unhealthy", $"{kind} probe failed: {message}", runner._fieldPath);
            }
        });

        public void Changed(ProbeKind kind, bool healthy) => runner._post(() =>
        {
            if (runner._running == run)
            {
                runner.OnProbe(kind, healthy);
            }
        });
    }
}
