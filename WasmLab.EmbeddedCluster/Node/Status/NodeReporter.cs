using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using NodeObject = WasmLab.Kubernetes.Objects.Node;

namespace WasmLab.EmbeddedCluster.Nodes.Status;

/// <summary>Registers this node with the API and keeps its status fresh.</summary>
internal sealed class NodeReporter : IAsyncDisposable
{
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan RegisterRetry = TimeSpan.FromSeconds(1);

    private readonly KubernetesClient _client;
    private readonly string _name;
    private readonly IPAddress _address;
    private readonly IContainerRuntime _runtime;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SemaphoreSlim _changed = new(0);
    private NodeObject _node = new();
    private Task _heartbeats = Task.CompletedTask;

    public NodeReporter(KubernetesClient client, string name, IPAddress address, IContainerRuntime runtime, TimeProvider time, ILogger logger)
    {
        _client = client;
        _name = name;
        _address = address;
        _runtime = runtime;
        _time = time;
        _logger = logger;
    }

    /// <summary>The registered object.</summary>
    public NodeObject Node => _node;

    /// <summary>Creates the object, or takes over the one that is there; tries until the API answers.</summary>
    public async Task RegisterAsync(string machineId, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await RegisterOnceAsync(machineId, cancellationToken).ConfigureAwait(false);
                break;
            }
            catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException)
            {
                _logger.LogWarning("Node {Node} not registered, trying again: {Reason}", _name, exception.Message);
                await Task.Delay(RegisterRetry, _time, cancellationToken).ConfigureAwait(false);
            }
        }

        _heartbeats = Task.Run(BeatAsync, CancellationToken.None);
    }

    /// <summary>Reports the runtime's handlers and problem soon.</summary>
    public void Refresh() => _changed.Release();

    /// <summary>Reports that the node stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _heartbeats.ConfigureAwait(false);
        using var deadline = new CancellationTokenSource(RegisterRetry, _time);
        await ReportAsync(isStopping: true, deadline.Token).ConfigureAwait(false);
        _stopping.Dispose();
        _changed.Dispose();
    }

    private async Task RegisterOnceAsync(string machineId, CancellationToken cancellationToken)
    {
        var version = await _client.GetVersionAsync(cancellationToken).ConfigureAwait(false);
        var wanted = NodeDescription.Describe(_name, _address, _runtime, machineId, version.GitVersion);
        wanted.Status.RuntimeHandlers = Handlers();
        var existing = await _client.FindAsync<NodeObject>(_name, null, cancellationToken).ConfigureAwait(false);
        wanted.Status.Conditions = NodeDescription.Conditions(existing?.Status.Conditions ?? [], _time.GetUtcNow(), _runtime.Problem);

        // The status goes with its own request: creating an object ignores it.
        var registered = existing ?? await _client.CreateAsync(wanted, cancellationToken).ConfigureAwait(false);
        if (existing is not null)
        {
            foreach (var (key, value) in wanted.Metadata.Labels)
            {
                registered.Metadata.Labels[key] = value;
            }

            registered.Spec.PodCIDR = wanted.Spec.PodCIDR;
            registered.Spec.PodCIDRs = wanted.Spec.PodCIDRs;
            registered.Spec.Taints.RemoveAll(taint => taint.Key is "node.kubernetes.io/not-ready" or "node.kubernetes.io/unreachable");
            registered = await _client.ReplaceAsync(registered, cancellationToken).ConfigureAwait(false);
        }

        registered.Status = wanted.Status;
        _node = await _client.ReplaceStatusAsync(registered, cancellationToken).ConfigureAwait(false);
    }

    private async Task BeatAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            await WaitForBeatAsync().ConfigureAwait(false);
            if (!_stopping.IsCancellationRequested)
            {
                await ReportAsync(isStopping: false, _stopping.Token).ConfigureAwait(false);
            }
        }
    }

    private async Task WaitForBeatAsync()
    {
        using var beat = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        using var timer = _time.CreateTimer(state => ((CancellationTokenSource)state!).Cancel(), beat, HeartbeatInterval, Timeout.InfiniteTimeSpan);
        try
        {
            await _changed.WaitAsync(beat.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Time for the next heartbeat, or the node stops.
        }
    }

    private async Task ReportAsync(bool isStopping, CancellationToken cancellationToken)
    {
        var conditions = NodeDescription.Conditions(
            _node.Status.Conditions, _time.GetUtcNow(), isStopping ? "node is shutting down" : _runtime.Problem);
        var patch = new JsonObject
        {
            ["status"] = new JsonObject
            {
                ["conditions"] = JsonSerializer.SerializeToNode(conditions, KubernetesJson.Options),
                ["runtimeHandlers"] = JsonSerializer.SerializeToNode(Handlers(), KubernetesJson.Options),
            },
        };
        try
        {
            _node = await _client.PatchAsync<NodeObject>(_name, null, patch, "status", cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException or OperationCanceledException)
        {
            if (!cancellationToken.IsCancellationRequested)
            {
                _logger.LogWarning("Status of node {Node} not reported: {Reason}", _name, exception.Message);
            }
        }
    }

    // The API gives the default handler an empty name, beside its real one.
    private List<NodeRuntimeHandler> Handlers() =>
        [.. _runtime.Handlers.Prepend("").Select(name => new NodeRuntimeHandler { Name = name })];
}
