using System.Runtime.CompilerServices;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Flavors;
using WasmLab.Hosting.Ingresses;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>From each flavor's pod in its virtual cluster over the host's copy, service and ingress to the answer.</summary>
internal sealed class FlavorDiagnostic(DistributedApplicationModel model, ClusterConnections connections, IngressAddress address, FlavorProbe probe)
    : IDiagnostic
{
    private const string DefaultNamespace = "default";

    public ChainPart Part => ChainPart.Flavor;

    public async IAsyncEnumerable<Finding> ExamineAsync(LabStep step, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var flavor in model.Resources.OfType<FlavorResource>())
        {
            var holds = true;
            await foreach (var finding in ExamineObjectsAsync(flavor, cancellationToken).ConfigureAwait(false))
            {
                holds &= finding.Status == FindingStatus.Holds;
                yield return finding;
            }

            yield return await AskAsync(flavor, holds, cancellationToken).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<Finding> ExamineObjectsAsync(FlavorResource flavor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var name = flavor.Name;
        var context = flavor.VirtualCluster.VirtualClusterName;
        if (connections.FindHost() is not { } host || connections.Find(context) is not { } virtualCluster)
        {
            yield return Finding.NotExamined($"Pod {name}", $"the virtual cluster '{context}' has not been reached");
            yield break;
        }

        if (await virtualCluster.FindAsync<Pod>(name, DefaultNamespace, cancellationToken).ConfigureAwait(false) is not { } pod)
        {
            yield return Finding.Broken($"Pod {name}", $"not in virtual cluster {context}", "the manifest was not applied, or the pod was deleted", $"flavor '{name}': command 'Apply manifest'");
            yield break;
        }

        var copies = await host.ListAsync<Pod>(context, ct: cancellationToken).ConfigureAwait(false);
        if (copies.Items.FirstOrDefault(copy => IsCopy(copy, name)) is not { } onHost)
        {
            yield return Finding.Broken(
                $"Pod {name}", $"in virtual cluster {context}, but not in namespace {context} of the host",
                "the syncer does not run, or the host refused the copy: " + await LastWarningAsync(virtualCluster, pod, DefaultNamespace, cancellationToken).ConfigureAwait(false),
                $"run the step '{flavor.VirtualCluster.Name}' again; kubectl --context {context} describe pod {name}");
            yield break;
        }

        var podFinding = await ExamineAsync(onHost, host, context, name, cancellationToken).ConfigureAwait(false);
        yield return podFinding;

        if (podFinding.Status == FindingStatus.Holds)
        {
            yield return await ExamineServiceAsync(host, context, name, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            yield return Finding.NotExamined($"Service {name}", "it has no endpoint while its pod is not ready");
        }

        var ingresses = await host.ListAsync<Ingress>(context, ct: cancellationToken).ConfigureAwait(false);
        yield return ingresses.Items.FirstOrDefault(copy => IsCopy(copy, name)) is { } ingress
            ? Finding.Holds($"Ingress {name}", $"class {ingress.Spec.IngressClassName}, path {ingress.Spec.Rules.FirstOrDefault()?.Http?.Paths.FirstOrDefault()?.Path}")
            : Finding.Broken(
                $"Ingress {name}", $"not in namespace {context} of the host", "the virtual cluster does not sync ingresses (sync.toHost.ingresses.enabled), or the manifest was not applied",
                $"install the virtual cluster with assets/vcluster.yaml (run the step '{flavor.VirtualCluster.Name}' again), then flavor '{name}': 'Apply manifest'");
    }

    private static async Task<Finding> ExamineAsync(Pod pod, KubernetesClient host, string ns, string name, CancellationToken cancellationToken)
    {
        var link = $"Pod {name}";
        var where = $"{ns}/{pod.Metadata.Name}";
        if (pod.Metadata.DeletionTimestamp is { } deletion)
        {
            return Finding.Broken(
                link, $"{where} is being deleted since {deletion:u}", "a WebAssembly runtime that ignores SIGTERM takes the whole grace period; a shim that died leaves the pod Terminating",
                $"wait terminationGracePeriodSeconds; then: kubectl delete pod {pod.Metadata.Name} -n {ns} --grace-period=0 --force");
        }

        if (PodReport.IsReady(pod))
        {
            return Finding.Holds(link, $"{where} is ready on node {pod.Spec.NodeName}, runtime class {pod.Spec.RuntimeClassName ?? "(default)"}");
        }

        var events = await host.ListAsync<Event>(ns, new ListOptions { FieldSelector = $"involvedObject.name={pod.Metadata.Name}" }, cancellationToken).ConfigureAwait(false);
        var reason = PodReport.WaitingReason(pod, events.Items) + await ContainerLog.LastWordsAsync(host, pod, cancellationToken).ConfigureAwait(false);
        return Finding.Broken(link, $"{where}: {reason}", KnownFailures.Explain(reason) ?? new Explanation(
            "the node says so", $"kubectl -n {ns} describe pod {pod.Metadata.Name}; kubectl -n {ns} logs {pod.Metadata.Name}"));
    }

    private static async Task<Finding> ExamineServiceAsync(KubernetesClient host, string ns, string name, CancellationToken cancellationToken)
    {
        var link = $"Service {name}";
        var services = await host.ListAsync<Service>(ns, ct: cancellationToken).ConfigureAwait(false);
        if (services.Items.FirstOrDefault(copy => IsCopy(copy, name)) is not { } service)
        {
            return Finding.Broken(link, $"not in namespace {ns} of the host", "the manifest was not applied, or its syncer does not run", $"flavor '{name}': command 'Apply manifest'");
        }

        var slices = await host.ListAsync<EndpointSlice>(
            ns, new ListOptions { LabelSelector = $"kubernetes.io/service-name={service.Metadata.Name}" }, cancellationToken).ConfigureAwait(false);
        var endpoints = slices.Items.SelectMany(slice => slice.Endpoints).Where(endpoint => endpoint.Conditions?.Ready ?? true).SelectMany(endpoint => endpoint.Addresses).ToList();
        return endpoints.Count > 0
            ? Finding.Holds(link, $"{service.Metadata.Name} leads to {string.Join(", ", endpoints)}")
            : Finding.Broken(
                link, $"{service.Metadata.Name} leads to no ready pod", $"its selector ({string.Join(", ", service.Spec.Selector.Select(pair => $"{pair.Key}={pair.Value}"))}) matches no ready pod",
                "compare it with the pod's labels: kubectl get pods --show-labels -n " + ns);
    }

    private async Task<Finding> AskAsync(FlavorResource flavor, bool holds, CancellationToken cancellationToken)
    {
        var link = $"Answer of {flavor.Name}";
        if (address.Find() is not { } ingress)
        {
            return Finding.NotExamined(link, "the ingress controller has not been reached");
        }

        var wrong = await probe.AskAsync(ingress, flavor.Name, cancellationToken).ConfigureAwait(false);
        if (wrong is null)
        {
            return Finding.Holds(link, $"{FlavorProbe.AddressOf(ingress, flavor.Name)} answers as it should");
        }

        return holds
            ? Finding.Broken(
                link, wrong, "every link before it holds, so it is the ingress controller's route or the program itself",
                $"the console log of '{flavor.Name}' and of the ingress; kubectl get ingress -A shows the routes")
            : Finding.NotExamined(link, $"{wrong}, which follows from what is broken before it");
    }

    private static async Task<string> LastWarningAsync(KubernetesClient client, Pod pod, string ns, CancellationToken cancellationToken)
    {
        var events = await client.ListAsync<Event>(ns, new ListOptions { FieldSelector = $"involvedObject.name={pod.Metadata.Name}" }, cancellationToken).ConfigureAwait(false);
        return PodReport.LastWarning(pod, events.Items)?.Message ?? "no event says why";
    }

    /// <summary>Virtual clusters name an object's copy on the host <c>NAME-x-NAMESPACE-x-VCLUSTER</c>.</summary>
    private static bool IsCopy(KubernetesObject copy, string name) =>
        copy.Metadata.Name?.StartsWith($"{name}-x-{DefaultNamespace}-x-", StringComparison.Ordinal) ?? false;
}
