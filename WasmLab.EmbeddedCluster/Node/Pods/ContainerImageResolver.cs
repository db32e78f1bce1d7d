using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.EmbeddedCluster.Nodes.Status;
using WasmLab.Kubernetes.Objects;
using WasmLab.Oci;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>Finds a container's image, and words what happens while this node does not have it as the kubelet does.</summary>
internal sealed class ContainerImageResolver(NodeContext node, Container container)
{
    private static readonly TimeSpan ShowErrorFor = TimeSpan.FromSeconds(1);

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
        _problem = null;
        try
        {
            if (await node.Images.FindAsync(name, cancellationToken).ConfigureAwait(false) is { } image)
            {
                Found();
                Record(EventType.Normal, "Pulled", $"Container image \"{name}\" already present on machine");
                return image;
            }
        }
        catch (ImageException exception)
        {
            _problem = exception.Message;
        }
        catch (FormatException)
        {
            Wait("InvalidImageName", $"Failed to apply default image tag \"{name}\": couldn't parse image name \"{name}\": invalid reference format");
            Record(EventType.Warning, "InspectFailed", Waiting!.Message!);
            Due = null;
            return null;
        }

        var now = node.Time.GetUtcNow();
        if (now < _retryAt)
        {
            ShowBackOff(now, name, Record);
            return null;
        }

        Fail(now, name, Record);
        return null;
    }

    private void Found()
    {
        _backoff.Reset();
        _retryAt = null;
        Waiting = null;
        Due = null;
    }

    private void Fail(DateTimeOffset now, string name, Action<string, string, string> record)
    {
        _backoff.Count(now);
        _failedAt = now;
        _retryAt = now + _backoff.Delay;
        if (container.ImagePullPolicy == "Never")
        {
            Wait("ErrImageNeverPull", $"Container image \"{name}\" is not present with pull policy of Never");
            record(EventType.Warning, "ErrImageNeverPull", Waiting!.Message!);
            record(EventType.Warning, "Failed", "Error: ErrImageNeverPull");
            Due = _retryAt;
            return;
        }

        Wait("ErrImagePull", Problem(name));
        record(EventType.Normal, "Pulling", $"Pulling image \"{name}\"");
        record(EventType.Warning, "Failed", $"Failed to pull image \"{name}\": {Problem(name)}");
        record(EventType.Warning, "Failed", "Error: ErrImagePull");
        Due = now + ShowErrorFor;
    }

    private void ShowBackOff(DateTimeOffset now, string name, Action<string, string, string> record)
    {
        if (Waiting is { Reason: "ErrImagePull" } && now >= _failedAt + ShowErrorFor)
        {
            Wait("ImagePullBackOff", $"Back-off pulling image \"{name}\": ErrImagePull: {Problem(name)}");
            record(EventType.Normal, "BackOff", $"Back-off pulling image \"{name}\"");
            record(EventType.Warning, "Failed", "Error: ImagePullBackOff");
            Due = _retryAt;
        }
    }

    private void Wait(string reason, string message) => Waiting = new ContainerStateWaiting { Reason = reason, Message = message };

    private string Problem(string name) => _problem
        ?? $"image \"{name}\" is not in the local image store of this node, and this node pulls from nowhere else; build or load it first";
}
