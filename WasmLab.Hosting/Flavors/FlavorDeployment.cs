using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Flavors;

/// <summary>Applies a flavor's manifest in its virtual cluster and waits until its pod is ready.</summary>
internal sealed class FlavorDeployment(ClusterConnections connections, HostObjects hostObjects, LabOptions options)
{
    private const string DefaultNamespace = "default";

    /// <summary>Applies every object of the manifest; a RuntimeClass also on the host, whose node is what it is about.</summary>
    public async Task ApplyAsync(FlavorResource flavor, LabStep step, CancellationToken cancellationToken)
    {
        var context = flavor.VirtualCluster.VirtualClusterName;
        step.ByHand($"kubectl --context {context} apply -f {Path.GetRelativePath(Environment.CurrentDirectory, FlavorManifest.PathOf(flavor))}");
        if (step.IsRehearsal)
        {
            return;
        }

        var virtualCluster = connections.Get(context);
        var objects = await FlavorManifest.ReadAsync(flavor, options.Images, cancellationToken).ConfigureAwait(false);
        foreach (var item in objects.OrderBy(item => KindOf(item) == "RuntimeClass" ? 0 : 1))
        {
            if (KindOf(item) == "RuntimeClass")
            {
                // A virtual cluster does not bring it to the host, where the node looks for it.
                await hostObjects.EnsureRuntimeClassAsync(item, step, cancellationToken).ConfigureAwait(false);
            }

            await virtualCluster.ApplyAsync(item, Ownership.FieldManager, DefaultNamespace, cancellationToken).ConfigureAwait(false);
            step.Logger.LogInformation("{Kind}/{Name} applied", KindOf(item)?.ToLowerInvariant(), NameOf(item));
        }
    }

    /// <summary>Deletes the flavor's pod and waits until it is gone.</summary>
    public async Task DeletePodAsync(FlavorResource flavor, LabStep step, CancellationToken cancellationToken)
    {
        var context = flavor.VirtualCluster.VirtualClusterName;
        var client = connections.Get(context);
        step.ByHand($"kubectl --context {context} delete pod {flavor.Name}");

        var pod = await client.FindAsync<Pod>(flavor.Name, DefaultNamespace, cancellationToken).ConfigureAwait(false);
        if (pod is null)
        {
            return;
        }

        await client.DeleteAsync<Pod>(flavor.Name, DefaultNamespace, null, cancellationToken).ConfigureAwait(false);
        await foreach (var change in client.WatchAsync<Pod>(
            DefaultNamespace, pod.Metadata.ResourceVersion, null, cancellationToken).ConfigureAwait(false))
        {
            if (change.Type == WatchEventType.Deleted && change.Object.Metadata.Name == flavor.Name)
            {
                return;
            }
        }
    }

    /// <summary>Waits for the flavor's pod to be ready.</summary>
    public async Task WaitForReadyAsync(FlavorResource flavor, LabStep step, CancellationToken cancellationToken)
    {
        var context = flavor.VirtualCluster.VirtualClusterName;
        step.ByHand($"kubectl --context {context} wait pod/{flavor.Name} --for=condition=Ready");
        await foreach (var pod in WatchPodAsync(connections.Get(context), flavor.Name, cancellationToken).ConfigureAwait(false))
        {
            if (PodReport.IsReady(pod))
            {
                return;
            }
        }
    }

    /// <summary>The pod each time it changes, from now on.</summary>
    public static async IAsyncEnumerable<Pod> WatchPodAsync(
        KubernetesClient client, string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var informer = new Informer<Pod>(client, DefaultNamespace, new ListOptions { FieldSelector = $"metadata.name={name}" });
        var changes = Channel.CreateUnbounded<Pod>();
        informer.Changed += change => changes.Writer.TryWrite(change.Object);
        await informer.StartAsync(cancellationToken).ConfigureAwait(false);
        if (informer.Find(name, DefaultNamespace) is { } pod)
        {
            yield return pod;
        }

        await foreach (var change in changes.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return change;
        }
    }

    private static string? KindOf(JsonObject item) => item["kind"]?.GetValue<string>();

    private static string? NameOf(JsonObject item) => item["metadata"]?["name"]?.GetValue<string>();
}
