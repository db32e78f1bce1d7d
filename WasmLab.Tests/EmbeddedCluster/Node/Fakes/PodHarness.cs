using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using WasmLab.EmbeddedCluster.Nodes.Pods;
using WasmLab.EmbeddedCluster.Nodes.Probes;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;
using WasmLab.Tests.Support;

namespace WasmLab.Tests.EmbeddedCluster.Nodes.Fakes;

/// <summary>One pod on a node whose runtime, images, API and clock belong to the test.</summary>
internal sealed class PodHarness : IAsyncDisposable
{
    private readonly TemporaryDirectory _state = new();
    private readonly FakeHandlers _handlers = new();
    private readonly NodeContext _node;

    public PodHarness(Func<IPAddress, bool>? canBind = null)
    {
        _handlers.Add("", Handler);
        Images.Add("web:1", "/web");
        var paths = new NodePaths(_state.Path);
        var runtime = new EmbeddedRuntime(paths, _handlers, Images, new PodNetwork(new Random(1), canBind ?? (_ => true)), NullLogger.Instance);
        runtime.Changed += () => Worker?.Retry();
        _node = new NodeContext
        {
            Paths = paths,
            Runtime = runtime,
            Api = Api,
            Events = Events,
            Prober = new Prober(TimeProvider.System),
            Time = Time,
            Logger = NullLogger.Instance,
        };
        Images.Changed += () => Worker?.Retry();
    }

    public ManualTimeProvider Time { get; } = new();

    public FakeHandler Handler { get; } = new("runc");

    public FakeImages Images { get; } = new();

    public FakePodApi Api { get; } = new();

    public FakeEvents Events { get; } = new();

    public PodWorker? Worker { get; private set; }

    public Pod Pod { get; private set; } = new();

    public FakeContainer Last => Handler.Started[^1];

    public PodStatus Status => Api.StatusOf(Pod);

    public static Pod Parse(string yaml)
    {
        var pod = Manifest.Parse(yaml)[0].Deserialize<Pod>(KubernetesJson.Options)!;
        pod.Metadata.Uid ??= "11111111-2222-3333-4444-555555555555";
        pod.Metadata.Namespace ??= "default";
        return pod;
    }

    public void Start(string yaml)
    {
        Pod = Parse(yaml);
        Worker = new PodWorker(_node, Pod);
    }

    public void AddHandler(string name) => _handlers.Add(name, new FakeHandler(name));

    public void Delete(long graceSeconds)
    {
        var deleted = JsonSerializer.SerializeToNode(Pod, KubernetesJson.Options).Deserialize<Pod>(KubernetesJson.Options)!;
        deleted.Metadata.DeletionTimestamp = Time.GetUtcNow().AddSeconds(graceSeconds);
        deleted.Metadata.DeletionGracePeriodSeconds = graceSeconds;
        Worker!.Update(deleted);
    }

    /// <summary>Waits until the written status is as wanted.</summary>
    public Task<PodStatus> StatusAsync(string what, Func<PodStatus, bool> accept) => Wait.ForAsync(
        what, () => Task.FromResult(Status), accept, status => JsonSerializer.Serialize(status, KubernetesJson.Options) + "\n" + string.Join('\n', Events.Lines));

    public Task<PodStatus> RunningAsync(int restarts = 0) => StatusAsync(
        $"running with {restarts} restarts",
        status => status.ContainerStatuses is [{ State.Running: not null } container] && container.RestartCount == restarts);

    public Task<PodStatus> WaitingAsync(string reason) => StatusAsync(
        $"waiting for {reason}", status => status.ContainerStatuses is [{ State.Waiting.Reason: { } found }] && found == reason);

    /// <summary>Lets time pass once the worker has taken in all that happened before.</summary>
    public void Advance(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    public async ValueTask DisposeAsync()
    {
        if (Worker is not null)
        {
            Worker.Vanish();
            foreach (var container in Handler.Started)
            {
                container.Signal(ContainerSignal.Kill);
            }

            await Worker.Completion.WaitAsync(TimeSpan.FromSeconds(10));
            Worker.Dispose();
        }

        _state.Dispose();
    }
}
