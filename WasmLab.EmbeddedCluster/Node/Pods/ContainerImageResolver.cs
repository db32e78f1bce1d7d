using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.EmbeddedCluster.Nodes.Status;
using WasmLab.Kubernetes.Objects;
using WasmLab.Oci;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>Finds a container's image, and words what happens while this node does not have it as the kubelet does.</summary>
internal sealed class ContainerImageResolver(NodeContext node, Container container)
{
    private static readonly TimeSpan ShowErrorFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(5);

    private readonly RestartBackoff _backoff = new();
    private DateTimeOffset? _retryAt;
    private DateTimeOffset? _failedAt;
    private string? _problem;

    /// <summary>What the container waits for; null when the image was found.</summary>
    public ContainerStateWaiting? Waiting { get; private set; }

    /// <summary>When to ask again.</summary>
    public DateTimeOffset? Due { get; private set; }

    /// <summary>The image, or null with <see cref="Waiting"/> and <see cref="Due"/> set.</summary>
    public async Task<LocalImage?> FindAsync(Pod pod, string fieldPath, CancellationToken cancellationToken)
    {
        void Record(string type, string reason, string message) => node.Events.Record(pod, type, reason, message, fieldPath);
        var name = container.Image ?? "";
        try
        {
            return await FindAsync(name, Record, cancellationToken).ConfigureAwait(false);
        }
        catch (FormatException)
        {
            Wait("InvalidImageName", $"Failed to apply default image tag \"{name}\": couldn't parse image name \"{name}\": invalid reference format");
            Record(EventType.Warning, "InspectFailed", Waiting!.Message!);
            Due = null;
            return null;
        }
    }

    private async Task<LocalImage?> FindAsync(string name, Action<string, string, string> record, CancellationToken cancellationToken)
    {
        var now = node.Time.GetUtcNow();
        try
        {
            if (container.ImagePullPolicy != "Always"
                && await node.Runtime.Images.FindAsync(name, cancellationToken).ConfigureAwait(false) is { } present)
            {
                Found();
                record(EventType.Normal, "Pulled", $"Container image \"{name}\" already present on machine");
                return present;
            }

            if (now < _retryAt)
            {
                ShowBackOff(now, name, record);
                return null;
            }

            if (container.ImagePullPolicy == "Never")
            {
                Refuse(now, name, record);
                return null;
            }

            record(EventType.Normal, "Pulling", $"Pulling image \"{name}\"");
            var pulled = await node.Runtime.Images.PullAsync(name, cancellationToken).ConfigureAwait(false);
            Found();
            record(EventType.Normal, "Pulled", $"Successfully pulled image \"{name}\" in {(node.Time.GetUtcNow() - now).TotalMilliseconds:0}ms");
            return pulled;
        }
        catch (ImageException exception)
        {
            Fail(node.Time.GetUtcNow(), name, exception.Message, record);
            return null;
        }
    }

    private void Found()
    {
        _backoff.Reset();
        _retryAt = null;
        Waiting = null;
        Due = null;
    }

    private void Refuse(DateTimeOffset now, string name, Action<string, string, string> record)
    {
        BackOff(now);
        Wait("ErrImageNeverPull", $"Container image \"{name}\" is not present with pull policy of Never");
        record(EventType.Warning, "ErrImageNeverPull", Waiting!.Message!);
        record(EventType.Warning, "Failed", "Error: ErrImageNeverPull");
        Due = NextLook(now);
    }

    private void Fail(DateTimeOffset now, string name, string problem, Action<string, string, string> record)
    {
        BackOff(now);
        _problem = problem;
        Wait("ErrImagePull", problem);
        record(EventType.Warning, "Failed", $"Failed to pull image \"{name}\": {problem}");
        record(EventType.Warning, "Failed", "Error: ErrImagePull");
        Due = now + ShowErrorFor;
    }

    private void ShowBackOff(DateTimeOffset now, string name, Action<string, string, string> record)
    {
        if (Waiting is { Reason: "ErrImagePull" })
        {
            if (now < _failedAt + ShowErrorFor)
            {
                Due = _failedAt + ShowErrorFor;
                return;
            }

            Wait("ImagePullBackOff", $"Back-off pulling image \"{name}\": ErrImagePull: {_problem}");
            record(EventType.Normal, "BackOff", $"Back-off pulling image \"{name}\"");
            record(EventType.Warning, "Failed", "Error: ImagePullBackOff");
        }

        Due = NextLook(now);
    }

    private void BackOff(DateTimeOffset now)
    {
        _backoff.Count(now);
        _failedAt = now;
        _retryAt = now + _backoff.Delay;
    }

    // Somebody may load the image meanwhile, of which not every runtime tells.
    private DateTimeOffset? NextLook(DateTimeOffset now) => now + LookInterval < _retryAt ? now + LookInterval : _retryAt;

    private void Wait(string reason, string message) => Waiting = new ContainerStateWaiting { Reason = reason, Message = message };
}
