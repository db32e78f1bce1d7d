using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.EmbeddedCluster.Nodes.Status;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>
/// Takes one pod through its life, one step after another: sandbox, init containers, containers, until it is deleted.
/// Everything that happens to the pod (a change of the object, an exit, a probe's finding, a timer) arrives in one queue.
/// </summary>
internal sealed class PodWorker : IDisposable
{
    private static readonly TimeSpan SandboxRetry = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ErrorRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan VanishedGrace = TimeSpan.FromSeconds(2);

    private readonly NodeContext _node;
    private readonly PodSandboxFactory _sandboxes;
    private readonly PodStatusPublisher _publisher;
    private readonly List<ContainerRunner> _init;
    private readonly List<ContainerRunner> _containers;
    private readonly Channel<Action> _mailbox = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _starting = new();
    private readonly ITimer _timer;
    private readonly DateTimeOffset _startTime;
    private Pod _pod;
    private PodStatus _status;
    private PodSandbox? _sandbox;
    private bool _isSandboxLost;
    private DateTimeOffset? _retryAt;
    private TimeSpan? _shutdownGrace;
    private bool _isVanished;

    public PodWorker(NodeContext node, Pod pod)
    {
        _node = node;
        _pod = pod;
        _status = pod.Status;
        _sandboxes = new PodSandboxFactory(node);
        _publisher = new PodStatusPublisher(node, pod);
        _startTime = pod.Status.StartTime ?? node.Time.GetUtcNow();
        _init = [.. pod.Spec.InitContainers.Select(spec => NewRunner(spec, isInit: true))];
        _containers = [.. pod.Spec.Containers.Select(spec => NewRunner(spec, isInit: false))];
        _timer = node.Time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends, never with an exception, when nothing of the pod is left on this node.</summary>
    public Task Completion { get; }

    public ContainerRunner? FindContainer(string name) => _containers.Concat(_init).FirstOrDefault(runner => runner.Spec.Name == name);

    /// <summary>The object has changed.</summary>
    public void Update(Pod pod)
    {
        if (pod.Metadata.DeletionTimestamp is not null)
        {
            _starting.Cancel();
        }

        _mailbox.Writer.TryWrite(() => _pod = pod);
    }

    /// <summary>The object is gone: its containers have to go too.</summary>
    public void Vanish()
    {
        _starting.Cancel();
        _mailbox.Writer.TryWrite(() => _isVanished = true);
    }

    /// <summary>The node stops: containers end, the object stays.</summary>
    public void Shutdown(TimeSpan grace)
    {
        _starting.Cancel();
        _mailbox.Writer.TryWrite(() => _shutdownGrace = grace);
    }

    /// <summary>Something that the pod may be waiting for has changed on this node.</summary>
    public void Retry() => _mailbox.Writer.TryWrite(() => _retryAt = null);

    /// <summary>To be called after <see cref="Completion"/>.</summary>
    public void Dispose()
    {
        _starting.Dispose();
        _timer.Dispose();
        foreach (var runner in _containers.Concat(_init))
        {
            runner.Dispose();
        }
    }

    private bool IsTerminating => _isVanished || _shutdownGrace is not null || _pod.Metadata.DeletionTimestamp is not null;

    private ContainerRunner NewRunner(Container spec, bool isInit)
    {
        var known = (isInit ? _pod.Status.InitContainerStatuses : _pod.Status.ContainerStatuses).FirstOrDefault(status => status.Name == spec.Name);
        return new ContainerRunner(_node, _pod, spec, isInit, known, action => _mailbox.Writer.TryWrite(action));
    }

    private void Wake() => _mailbox.Writer.TryWrite(static () => { });

    private async Task RunAsync()
    {
        while (true)
        {
            while (_mailbox.Reader.TryRead(out var action))
            {
                action();
            }

            try
            {
                if (await StepAsync().ConfigureAwait(false))
                {
                    break;
                }
            }
            catch (OperationCanceledException) when (_starting.IsCancellationRequested)
            {
                // The pod has to end while it starts: the next step ends it.
                Wake();
            }
            catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException or JsonException
                or UnauthorizedAccessException or ContainerRuntimeException)
            {
                _node.Logger.LogWarning("Pod {Namespace}/{Pod}: trying again: {Reason}", _pod.Metadata.Namespace, _pod.Metadata.Name, exception.Message);
                _retryAt = _node.Time.GetUtcNow() + ErrorRetry;
            }

            ArmTimer();
            await _mailbox.Reader.WaitToReadAsync().ConfigureAwait(false);
        }

        await _timer.DisposeAsync().ConfigureAwait(false);
    }

    private void ArmTimer()
    {
        var due = _containers.Concat(_init).Select(runner => runner.Due).Append(_retryAt).Min();
        if (due is { } time)
        {
            var delay = time - _node.Time.GetUtcNow();
            _timer.Change(delay > TimeSpan.Zero ? delay : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <returns>Whether the pod has ended.</returns>
    private async Task<bool> StepAsync()
    {
        if (IsTerminating)
        {
            return await StepTerminationAsync().ConfigureAwait(false);
        }

        if (!PodPhase.IsTerminal(_status.Phase) && !(_retryAt > _node.Time.GetUtcNow()))
        {
            _retryAt = null;
            await StepLifeAsync(_starting.Token).ConfigureAwait(false);
        }

        PublishStatus();
        if (PodPhase.IsTerminal(_status.Phase) && _sandbox is not null)
        {
            await _sandbox.Runtime.RemoveAsync().ConfigureAwait(false);
        }

        return false;
    }

    private async Task StepLifeAsync(CancellationToken cancellationToken)
    {
        if (_sandbox is not null && !_isSandboxLost && _containers.Concat(_init).Any(runner => ReferenceEquals(runner.LostSandbox, _sandbox)))
        {
            _isSandboxLost = true;
            _node.Events.Record(_pod, EventType.Normal, "SandboxChanged", "Pod sandbox changed, it will be killed and re-created.");
        }

        if ((_sandbox is null || _isSandboxLost) && !await CreateSandboxAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        foreach (var init in _init.Where(init => init.Ended is not { ExitCode: 0 }))
        {
            await init.StepAsync(_pod, _sandbox!, cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (var container in _containers)
        {
            await container.StepAsync(_pod, _sandbox!, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> CreateSandboxAsync(CancellationToken cancellationToken)
    {
        try
        {
            _sandbox = await _sandboxes.CreateAsync(_pod, _sandbox, cancellationToken).ConfigureAwait(false);
            _isSandboxLost = false;
            return true;
        }
        catch (SandboxException exception)
        {
            _node.Events.Record(_pod, EventType.Warning, "FailedCreatePodSandBox", exception.Message);
        }
        catch (VolumeException exception)
        {
            _node.Events.Record(_pod, EventType.Warning, "FailedMount", exception.Message);
        }

        _retryAt = _node.Time.GetUtcNow() + SandboxRetry;
        return false;
    }

    private async Task<bool> StepTerminationAsync()
    {
        _retryAt = null;
        var own = TimeSpan.FromSeconds(_pod.Metadata.DeletionGracePeriodSeconds ?? _pod.Spec.TerminationGracePeriodSeconds ?? 30);
        var limit = _isVanished ? VanishedGrace : _shutdownGrace ?? own;
        var running = _containers.Concat(_init).Where(runner => runner.IsRunning).ToList();
        foreach (var runner in running)
        {
            runner.Stop(own < limit ? own : limit);
        }

        if (!_isVanished)
        {
            PublishStatus();
        }

        if (running.Count > 0)
        {
            return false;
        }

        await (_shutdownGrace is null ? RemoveAsync() : LeaveAsync()).ConfigureAwait(false);
        return true;
    }

    // The object stays for the next node, which makes a sandbox of its own.
    private async Task LeaveAsync()
    {
        try
        {
            await (_sandbox?.Runtime.RemoveAsync() ?? Task.CompletedTask).ConfigureAwait(false);
        }
        catch (ContainerRuntimeException exception)
        {
            _node.Logger.LogWarning("Pod {Namespace}/{Pod}: its sandbox is left behind: {Reason}", _pod.Metadata.Namespace, _pod.Metadata.Name, exception.Message);
        }
    }

    private async Task RemoveAsync()
    {
        await _sandboxes.RemoveAsync(_pod, _sandbox).ConfigureAwait(false);
        if (!_isVanished)
        {
            await _publisher.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            await _node.Api.RemoveAsync(_pod, CancellationToken.None).ConfigureAwait(false);
        }

        if (Directory.Exists(_node.Paths.PodLogs(_pod)))
        {
            Directory.Delete(_node.Paths.PodLogs(_pod), recursive: true);
        }
    }

    private void PublishStatus()
    {
        var initialized = _init.All(init => init.Ended is { ExitCode: 0 });
        _status = PodStatusBuilder.Build(new PodObservation
        {
            Pod = _pod,
            Previous = _status,
            InitContainers = [.. _init.Select(runner => runner.ToStatus("PodInitializing"))],
            Containers = [.. _containers.Select(runner => runner.ToStatus(_init.Count > 0 && !initialized ? "PodInitializing" : "ContainerCreating"))],
            HostIP = _node.HostIP.ToString(),
            PodIP = _sandbox?.Address.Address.ToString(),
            StartTime = _startTime,
            Now = _node.Time.GetUtcNow(),
        });
        _publisher.Publish(_status);
    }
}
