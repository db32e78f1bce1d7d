using System.Runtime.CompilerServices;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>Is there a lab, does its API server answer, are its nodes ready?</summary>
internal sealed class ClusterDiagnostic(ClusterConnections connections, LabOptions options) : IDiagnostic
{
    private const string Link = "API server";

    public ChainPart Part => ChainPart.Cluster;

    public async IAsyncEnumerable<Finding> ExamineAsync(LabStep step, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (connections.FindHost() is not { } host)
        {
            yield return Finding.Broken(
                Link, $"{options.KubeConfigPath} is missing", "no lab has been brought up with this state directory",
                "dotnet run --project WasmLab.AppHost, with the same --cluster and WasmLab:StateDirectory");
            yield break;
        }

        var (answer, nodes) = await AskAsync(host, cancellationToken).ConfigureAwait(false);
        yield return answer;
        foreach (var node in nodes)
        {
            yield return Examine(node);
        }

        if (answer.Status == FindingStatus.Holds && nodes.Count == 0)
        {
            yield return Finding.Broken("Nodes", "none", "no node has registered with the API server", "start the node (embedded: resource 'cluster-node'; minikube: minikube node start)");
        }
    }

    private async Task<(Finding Answer, IReadOnlyList<Node> Nodes)> AskAsync(KubernetesClient host, CancellationToken cancellationToken)
    {
        try
        {
            var version = await host.GetVersionAsync(cancellationToken).ConfigureAwait(false);
            await host.GetReadyzAsync(cancellationToken).ConfigureAwait(false);
            var nodes = await host.ListAsync<Node>(ct: cancellationToken).ConfigureAwait(false);
            return (Finding.Holds(Link, $"{host.Server} answers, version {version.GitVersion}"), nodes.Items);
        }
        catch (KubernetesException exception)
        {
            return (Finding.Broken(
                Link, $"{host.Server} refuses: {exception.Message}", "the kubeconfig's credential is not this server's, or has too few rights",
                $"bring the lab up again: it writes {options.KubeConfigPath} anew"), []);
        }
        catch (HttpRequestException exception)
        {
            return (Finding.Broken(
                Link, $"{host.Server} does not answer: {exception.Message}", "the cluster does not run, or runs at another address by now",
                options.Cluster == ClusterKind.Minikube
                    ? $"minikube -p {options.Minikube.Profile} start, or bring the lab up again"
                    : "bring the lab up again"), []);
        }
    }

    private static Finding Examine(Node node)
    {
        var link = $"Node {node.Metadata.Name}";
        var ready = node.Status.Conditions.FirstOrDefault(condition => condition.Type == "Ready");
        var runtime = $"{node.Status.NodeInfo?.ContainerRuntimeVersion}, {node.Status.NodeInfo?.OperatingSystem}/{node.Status.NodeInfo?.Architecture}";
        if (ready is { Status: "True" })
        {
            return Finding.Holds(link, $"ready, {runtime}");
        }

        var found = $"not ready ({ready?.Reason}: {ready?.Message}), {runtime}";
        return Finding.Broken(link, found, KnownFailures.Explain(found) ?? new Explanation(
            "the kubelet reports so, or has not reported for a while", $"kubectl describe node {node.Metadata.Name} shows its conditions; is containerd running there?"));
    }
}
