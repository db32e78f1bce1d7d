using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>Writes a pod's status to the API: one write at a time, only the latest status, nothing that is there already.</summary>
internal sealed class PodStatusPublisher(NodeContext node, Pod pod)
{
    private static readonly string[] OptionalFields = ["reason", "message", "podIP", "podIPs"];
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private string? _latest;
    private string? _written;
    private Task _writing = Task.CompletedTask;

    /// <summary>Returns at once.</summary>
    public void Publish(PodStatus status)
    {
        var json = JsonSerializer.Serialize(status, KubernetesJson.Options);
        lock (_gate)
        {
            if (json == _latest)
            {
                return;
            }

            _latest = json;
            if (_writing.IsCompleted)
            {
                _writing = Task.Run(WriteAsync);
            }
        }
    }

    /// <summary>Waits until the latest status is written.</summary>
    public Task FlushAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _writing.WaitAsync(cancellationToken);
        }
    }

    private async Task WriteAsync()
    {
        while (TakeLatest() is { } status)
        {
            try
            {
                await node.Api.PatchAsync(pod, PatchOf(status), "status", CancellationToken.None).ConfigureAwait(false);
                _written = status;
            }
            catch (Exception exception) when (exception is KubernetesException or HttpRequestException or IOException)
            {
                node.Logger.LogWarning("Status of pod {Namespace}/{Pod} not written, trying again: {Reason}", pod.Metadata.Namespace, pod.Metadata.Name, exception.Message);
                await Task.Delay(RetryDelay, node.Time).ConfigureAwait(false);
            }
            catch (ObjectDisposedException)
            {
                // The process is stopping.
                return;
            }
        }
    }

    private string? TakeLatest()
    {
        lock (_gate)
        {
            if (_latest != _written)
            {
                return _latest;
            }

            // Completed under the gate, so that Publish never sees a writer that will not look again.
            _writing = Task.CompletedTask;
            return null;
        }
    }

    // A merge patch leaves alone what it does not name: what is no longer there is named as null.
    private static JsonObject PatchOf(string status)
    {
        var json = JsonNode.Parse(status)!.AsObject();
        foreach (var field in OptionalFields)
        {
            json.TryAdd(field, null);
        }

        return new JsonObject { ["status"] = json };
    }
}
