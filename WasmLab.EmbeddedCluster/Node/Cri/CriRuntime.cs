using System.Net;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using WasmLab.EmbeddedCluster.Nodes.Cri.V1;
using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using PodSandboxConfig = WasmLab.EmbeddedCluster.Nodes.Runtime.PodSandboxConfig;

namespace WasmLab.EmbeddedCluster.Nodes.Cri;

/// <summary>A real container runtime, such as containerd, behind the socket of its container runtime interface.</summary>
internal sealed class CriRuntime : IContainerRuntime
{
    private readonly CriClient _client;
    private readonly CriMessages _messages;
    private readonly CriMonitor _monitor;
    private readonly IPAddress _hostIP;
    private readonly ILogger _logger;

    /// <param name="endpoint">For instance <c>unix:///run/containerd/containerd.sock</c>.</param>
    /// <param name="nodeId">Marks the sandboxes of this node among those of others on the same runtime.</param>
    /// <param name="hostIP">The address of pods that have the host's network.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public CriRuntime(string endpoint, string nodeId, IPAddress hostIP, TimeProvider time, ILogger logger)
    {
        _client = new CriClient(endpoint, time);
        _messages = new CriMessages(nodeId);
        _monitor = new CriMonitor(_client, _messages, time, logger);
        _monitor.Changed += () => Changed?.Invoke();
        _hostIP = hostIP;
        _logger = logger;
        Images = new CriImages(_client);
    }

    public event Action? Changed;

    public string Name { get; private set; } = "";

    public string Version { get; private set; } = "";

    public IReadOnlyList<string> Handlers => _monitor.Handlers;

    public string? Problem => _monitor.Problem;

    // The network's configuration belongs to the runtime, which does not tell.
    public string? PodRange => null;

    public int MaxPods => 110;

    public IImageService Images { get; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            var version = await _client.ConnectAsync(cancellationToken).ConfigureAwait(false);
            Name = version.RuntimeName;
            Version = version.RuntimeVersion;
            await RemoveSandboxesAsync(_messages.OwnLabels, cancellationToken).ConfigureAwait(false);
            await _monitor.StartAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw new StartupException(
                $"the container runtime at {_client.Endpoint} does not answer: {CriClient.Describe(exception)}; does containerd run there, and may this user use its socket?",
                exception);
        }

        _logger.LogInformation("Container runtime {Name} {Version} at {Endpoint}, handlers {Handlers}", Name, Version, _client.Endpoint, string.Join(", ", Handlers));
    }

    public async Task<IPodSandbox> RunPodSandboxAsync(PodSandboxConfig config, IPodSandbox? replaced, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            // Also what a call left whose answer never came.
            await RemoveSandboxesAsync(_messages.LabelsOf(config.Pod), CancellationToken.None).ConfigureAwait(false);

            // Not cancelled when the pod is deleted meanwhile: what is made is known, and removed.
            var wanted = _messages.SandboxOf(config);
            Directory.CreateDirectory(config.LogDirectory);
            var made = await _client.Runtime.RunPodSandboxAsync(
                new RunPodSandboxRequest { Config = wanted, RuntimeHandler = config.Handler ?? "" }, _client.Uncancellable);
            var id = made.PodSandboxId;
            var status = await _client.Runtime.PodSandboxStatusAsync(new PodSandboxStatusRequest { PodSandboxId = id }, _client.Uncancellable);
            var address = IPAddress.TryParse(status.Status.Network?.Ip, out var own) ? own : _hostIP;
            return new CriSandbox(_client, _messages, _monitor, config, wanted, id, new PodAddress(address, new Dictionary<int, int>()), _logger);
        }
        catch (RpcException exception)
        {
            throw CriClient.Wrap(exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _monitor.DisposeAsync().ConfigureAwait(false);
        _client.Dispose();
    }

    private async Task RemoveSandboxesAsync(IDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        var filter = new PodSandboxFilter { LabelSelector = { labels } };
        var found = await _client.Runtime.ListPodSandboxAsync(new ListPodSandboxRequest { Filter = filter }, _client.Usual(cancellationToken));
        foreach (var sandbox in found.Items)
        {
            _logger.LogInformation("Removing sandbox {Id} of pod {Namespace}/{Pod}", sandbox.Id, sandbox.Metadata.Namespace, sandbox.Metadata.Name);
            await CriSandbox.RemoveAsync(_client, sandbox.Id).ConfigureAwait(false);
        }
    }
}
