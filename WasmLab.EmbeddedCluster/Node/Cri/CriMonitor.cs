using System.Collections.Concurrent;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Nodes.Cri.V1;
using WasmLab.EmbeddedCluster.Nodes.Runtime;

namespace WasmLab.EmbeddedCluster.Nodes.Cri;

/// <summary>
/// Asks the container runtime again and again what became of the containers, as the kubelet does: the interface reports no
/// events before containerd 1.7.
/// </summary>
internal sealed class CriMonitor(CriClient client, CriMessages messages, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan IdleInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StatusInterval = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, CriContainer> _running = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _hurry = new(0);
    private RuntimeState _state = new([], null);
    private Task _watching = Task.CompletedTask;

    /// <summary>Raised when <see cref="Handlers"/> or <see cref="Problem"/> changed.</summary>
    public event Action? Changed;

    public IReadOnlyList<string> Handlers => _state.Handlers;

    public string? Problem => _state.Problem;

    public CancellationToken Stopping => _stopping.Token;

    /// <exception cref="RpcException">The runtime does not answer.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _state = await RuntimeState.ReadAsync(client, cancellationToken).ConfigureAwait(false);
        _watching = Task.Run(WatchAsync, CancellationToken.None);
    }

    /// <summary>The container of this ID, which has been started.</summary>
    public CriContainer Watch(string id, string sandboxId) => _running[id] = new CriContainer(client, id, sandboxId, this, time);

    /// <summary>Asks at once: something has happened.</summary>
    public void Hurry()
    {
        if (!_stopping.IsCancellationRequested)
        {
            _hurry.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _hurry.Dispose();
    }

    private async Task WatchAsync()
    {
        var statusReadAt = time.GetTimestamp();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await LookAsync().ConfigureAwait(false);
                if (Problem is not null || time.GetElapsedTime(statusReadAt) > StatusInterval)
                {
                    Update(await RuntimeState.ReadAsync(client, _stopping.Token).ConfigureAwait(false));
                    statusReadAt = time.GetTimestamp();
                }
            }
            catch (RpcException exception) when (!_stopping.IsCancellationRequested)
            {
                Update(_state with { Problem = $"container runtime is down: {CriClient.Wrap(exception).Message}" });
            }
            catch (RpcException)
            {
                return;
            }

            await WaitAsync().ConfigureAwait(false);
        }
    }

    private async Task WaitAsync()
    {
        try
        {
            await _hurry.WaitAsync(_running.IsEmpty ? IdleInterval : Interval, _stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }

    private void Update(RuntimeState state)
    {
        var before = _state;
        _state = state;
        if (before.Problem == state.Problem && before.Handlers.SequenceEqual(state.Handlers))
        {
            return;
        }

        if (state.Problem is null)
        {
            logger.LogInformation("The container runtime is ready, handlers {Handlers}", string.Join(", ", state.Handlers));
        }
        else
        {
            logger.LogWarning("{Problem}", state.Problem);
        }

        Changed?.Invoke();
    }

    private async Task LookAsync()
    {
        // What starts from here on may be missing from the lists.
        var running = _running.Values.ToList();
        if (running.Count == 0)
        {
            return;
        }

        var labels = messages.OwnLabels;
        var sandboxes = await client.Runtime.ListPodSandboxAsync(
            new ListPodSandboxRequest { Filter = new PodSandboxFilter { LabelSelector = { labels } } }, client.Usual(_stopping.Token));
        var containers = await client.Runtime.ListContainersAsync(
            new ListContainersRequest { Filter = new ContainerFilter { LabelSelector = { labels } } }, client.Usual(_stopping.Token));
        var ready = sandboxes.Items.Where(sandbox => sandbox.State == PodSandboxState.SandboxReady).Select(sandbox => sandbox.Id).ToHashSet();
        var states = containers.Containers.ToDictionary(container => container.Id, container => container.State);
        foreach (var container in running)
        {
            if (!states.TryGetValue(container.Id, out var state))
            {
                End(container, new ContainerExit(137, "The container is gone from the container runtime.", RuntimeLost: true, "ContainerStatusUnknown"));
            }
            else if (state == ContainerState.ContainerExited)
            {
                End(container, await ReadExitAsync(container.Id, isSandboxLost: !ready.Contains(container.SandboxId)).ConfigureAwait(false));
            }
            else if (!ready.Contains(container.SandboxId))
            {
                container.Signal(ContainerSignal.Kill);
            }
        }
    }

    private void End(CriContainer container, ContainerExit exit)
    {
        _running.TryRemove(container.Id, out _);
        container.End(exit);
    }

    private async Task<ContainerExit> ReadExitAsync(string id, bool isSandboxLost)
    {
        var answer = await client.Runtime.ContainerStatusAsync(new ContainerStatusRequest { ContainerId = id }, client.Usual(_stopping.Token));
        var status = answer.Status;
        return new ContainerExit(
            status.ExitCode,
            status.Message is { Length: > 0 } message ? message : null,
            isSandboxLost,
            status.Reason is { Length: > 0 } reason ? reason : null);
    }
}
