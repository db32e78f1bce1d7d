using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Flavors;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.WasmShims;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Clusters;

/// <summary>Takes from a cluster that was there before all that the lab brought to it: only what bears the lab's mark.</summary>
internal sealed class ClusterRemoval(
    ClusterConnections connections,
    DistributedApplicationModel model,
    IWasmShimProvider shimProvider,
    NodeImageLoader images,
    LabOptions options,
    TimeProvider time)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly ListOptions Ours = new() { LabelSelector = Ownership.Selector };

    /// <summary>Shows and does each removal; a second time there is nothing left to do.</summary>
    public async Task RunAsync(LabStep step, CancellationToken cancellationToken)
    {
        var host = connections.Host;

        // A virtual cluster first: its controller, if it runs, would bring copies back that go with their namespace.
        if (await host.ServesAsync<VirtualCluster>(cancellationToken).ConfigureAwait(false))
        {
            await RemoveAsync<VirtualCluster>(host, step, cancellationToken).ConfigureAwait(false);
        }

        await RemoveNamespacesAsync(host, step, ns => ns != Ownership.SystemNamespace, cancellationToken).ConfigureAwait(false);
        foreach (var shim in model.Resources.OfType<WasmShimResource>())
        {
            await shimProvider.RemoveAsync(shim, step, cancellationToken).ConfigureAwait(false);
        }

        await images.RemoveAsync(ImagesOf(model), step, cancellationToken).ConfigureAwait(false);
        await RemoveAsync<RuntimeClass>(host, step, cancellationToken).ConfigureAwait(false);
        await RemoveAsync<IngressClass>(host, step, cancellationToken).ConfigureAwait(false);
        if (await host.ServesAsync<CustomResourceDefinition>(cancellationToken).ConfigureAwait(false))
        {
            await RemoveAsync<CustomResourceDefinition>(host, step, cancellationToken).ConfigureAwait(false);
        }

        await RemoveNamespacesAsync(host, step, _ => true, cancellationToken).ConfigureAwait(false);
        step.ByHand(CommandLine.Of(["rm", "-rf", .. Kept]));
        if (!step.IsRehearsal)
        {
            foreach (var path in Kept)
            {
                Forget(path);
            }

            step.Logger.LogInformation("Nothing of the lab is left on the cluster of context {Context}.", options.Context);
        }
    }

    /// <summary>What the state directory keeps of this cluster.</summary>
    private IEnumerable<string> Kept => [options.KubeConfigPath, Path.Combine(options.StateDirectory, "virtualclusters")];

    private static IEnumerable<string> ImagesOf(DistributedApplicationModel model) =>
        model.Resources.OfType<FlavorResource>().SelectMany(flavor => flavor.Annotations.OfType<FlavorImageAnnotation>()).Select(image => image.Reference);

    private static async Task RemoveAsync<T>(KubernetesClient host, LabStep step, CancellationToken cancellationToken)
        where T : KubernetesObject, IKubernetesKind<T>, new()
    {
        var found = await host.ListAsync<T>(null, Ours, cancellationToken).ConfigureAwait(false);
        foreach (var item in found.Items)
        {
            var scope = item.Metadata.Namespace is { } ns ? $" -n {ns}" : "";
            step.ByHand($"kubectl delete {T.Type.Plural} {item.Metadata.Name}{scope}");
            if (!step.IsRehearsal)
            {
                await host.DeleteAsync<T>(item.Metadata.Name!, item.Metadata.Namespace, null, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task RemoveNamespacesAsync(KubernetesClient host, LabStep step, Func<string, bool> which, CancellationToken cancellationToken)
    {
        var found = await host.ListAsync<Namespace>(null, Ours, cancellationToken).ConfigureAwait(false);
        var names = found.Items.Select(ns => ns.Metadata.Name!).Where(which).ToList();
        if (names.Count == 0)
        {
            return;
        }

        step.ByHand($"kubectl delete namespace {string.Join(' ', names)}");
        if (step.IsRehearsal)
        {
            return;
        }

        foreach (var name in names)
        {
            await host.DeleteAsync<Namespace>(name, ct: cancellationToken).ConfigureAwait(false);
        }

        var began = time.GetTimestamp();
        while (names.Count > 0)
        {
            if (time.GetElapsedTime(began) > Deadline)
            {
                throw new DistributedApplicationException(
                    $"The namespaces {string.Join(", ", names)} are still there after {Deadline.TotalMinutes:0} minutes: "
                    + $"kubectl get all -n {names[0]} shows what stays, and kubectl describe namespace {names[0]} why. Then remove the lab again.");
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            foreach (var name in names.ToList())
            {
                if (await host.FindAsync<Namespace>(name, ct: cancellationToken).ConfigureAwait(false) is null)
                {
                    names.Remove(name);
                    step.Logger.LogInformation("Namespace {Namespace} is gone.", name);
                }
            }
        }
    }

    private static void Forget(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Delete(path, recursive: true);
        }
        else if (File.Exists(path))
        {
            File.Delete(path);
        }
    }
}
