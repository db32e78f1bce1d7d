using System.Globalization;
using System.Runtime.CompilerServices;
using WasmLab.Hosting.Diagnosis;
using WasmLab.Hosting.Ingresses;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.VirtualClusters;
using WasmLab.Kubernetes;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Clusters;

/// <summary>What a cluster that the lab did not make must have: a version, permissions for this user, nodes that are ready.</summary>
internal static class ClusterRequirements
{
    private const int OldestMinor = 20;

    /// <summary>Examines each; the requests only look.</summary>
    public static async IAsyncEnumerable<Finding> ExamineAsync(
        KubernetesClient client, LabOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (version, reached) = await AskVersionAsync(client, cancellationToken).ConfigureAwait(false);
        yield return version;
        if (!reached)
        {
            yield break;
        }

        yield return await AskPermissionsAsync(client, options, cancellationToken).ConfigureAwait(false);
        yield return await AskNodesAsync(client, cancellationToken).ConfigureAwait(false);
    }

    private static async Task<(Finding Finding, bool Reached)> AskVersionAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        const string Link = "Kubernetes";
        try
        {
            var version = await client.GetVersionAsync(cancellationToken).ConfigureAwait(false);
            var digits = string.Concat((version.Minor ?? "").TakeWhile(char.IsAsciiDigit));
            return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var minor) && version.Major == "1" && minor < OldestMinor
                ? (Finding.Broken(Link, $"version {version.GitVersion}", $"the lab needs 1.{OldestMinor} or later", "upgrade the cluster, or choose another context"), true)
                : (Finding.Holds(Link, $"{client.Server}, version {version.GitVersion}"), true);
        }
        catch (KubernetesException exception)
        {
            return (Finding.Broken(
                Link, $"{client.Server} refuses: {exception.Message}", "the context's credential is not valid there (any more)",
                "log in again as your cluster's provider says; 'kubectl get nodes' with this context must work first"), false);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidOperationException)
        {
            return (Finding.Broken(
                Link, $"{client.Server} does not answer: {exception.Message}", "the cluster does not run, or cannot be reached from here",
                "start it, or repair the way to it (VPN, proxy); 'kubectl get nodes' with this context must work first"), false);
        }
    }

    private static async Task<Finding> AskPermissionsAsync(KubernetesClient client, LabOptions options, CancellationToken cancellationToken)
    {
        const string Link = "Permissions";
        var needed = Needed(options).ToList();
        var answers = await Task.WhenAll(needed.Select(attributes => client.CreateAsync(
            new SelfSubjectAccessReview { Spec = { ResourceAttributes = attributes } }, cancellationToken))).ConfigureAwait(false);
        var missing = needed.Where((_, index) => !answers[index].Status.Allowed).Select(Describe).ToList();
        return missing.Count == 0
            ? Finding.Holds(Link, $"all {needed.Count} that the lab needs")
            : Finding.Broken(
                Link, $"this user may not {string.Join(", ", missing)}", "the context's user has too few rights",
                "use a context whose user is an administrator of the cluster, or have these rights granted (kubectl auth can-i tells them)");
    }

    private static async Task<Finding> AskNodesAsync(KubernetesClient client, CancellationToken cancellationToken)
    {
        const string Link = "Nodes";
        var nodes = (await client.ListAsync<Node>(ct: cancellationToken).ConfigureAwait(false)).Items;
        var ready = nodes.Where(node => node.Status.Conditions.Any(condition => condition is { Type: "Ready", Status: "True" })).ToList();
        var found = string.Join(", ", nodes.Select(node =>
            $"{node.Metadata.Name} ({node.Status.NodeInfo?.OperatingSystem}/{node.Status.NodeInfo?.Architecture}, {node.Status.NodeInfo?.ContainerRuntimeVersion}{(ready.Contains(node) ? "" : ", not ready")})"));
        return ready.Count > 0
            ? Finding.Holds(Link, found)
            : Finding.Broken(
                Link, nodes.Count == 0 ? "there are none" : found, "pods have nowhere to run",
                "kubectl describe nodes shows why; wait until one is ready, then run this step again");
    }

    /// <summary>One verb a resource stands for all that the lab does with it.</summary>
    private static IEnumerable<ResourceAttributes> Needed(LabOptions options)
    {
        yield return May("create", "", "namespaces");
        yield return May("delete", "", "namespaces");
        yield return May("list", "", "nodes");
        yield return May("patch", "node.k8s.io", "runtimeclasses");
        foreach (var resource in (string[])["pods", "services", "configmaps", "secrets", "events"])
        {
            yield return May("list", "", resource);
            yield return May("create", "", resource);
        }

        yield return May("create", "networking.k8s.io", "ingresses");
        if (options.Ingress == IngressKind.Embedded)
        {
            yield return May("create", "networking.k8s.io", "ingressclasses");
            yield return May("list", "discovery.k8s.io", "endpointslices");
            yield return May("get", "", "pods", "portforward");
        }

        if (options.VirtualClusters == VirtualClusterKind.Embedded)
        {
            yield return May("patch", "apiextensions.k8s.io", "customresourcedefinitions");
            yield return May("create", VirtualCluster.Type.Group, VirtualCluster.Type.Plural);
        }
    }

    private static ResourceAttributes May(string verb, string group, string resource, string? subresource = null) =>
        new() { Verb = verb, Group = group, Resource = resource, Subresource = subresource };

    private static string Describe(ResourceAttributes attributes) =>
        $"{attributes.Verb} {attributes.Resource}{(attributes.Group is { Length: > 0 } group ? $".{group}" : "")}{(attributes.Subresource is { } part ? $"/{part}" : "")}";
}
