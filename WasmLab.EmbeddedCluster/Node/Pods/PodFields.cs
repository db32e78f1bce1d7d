using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>The fields of a pod that its containers may ask for (the downward API).</summary>
internal sealed record PodFields(string PodIP, string HostIP)
{
    public string Read(Pod pod, string path) => path switch
    {
        "metadata.name" => pod.Metadata.Name ?? "",
        "metadata.namespace" => pod.Metadata.Namespace ?? "",
        "metadata.uid" => pod.Metadata.Uid ?? "",
        "spec.nodeName" => pod.Spec.NodeName ?? "",
        "spec.serviceAccountName" => pod.Spec.ServiceAccountName ?? "",
        "status.podIP" or "status.podIPs" => PodIP,
        "status.hostIP" or "status.hostIPs" => HostIP,
        _ when Subscript(path, "metadata.labels") is { } key => pod.Metadata.Labels.GetValueOrDefault(key, ""),
        _ when Subscript(path, "metadata.annotations") is { } key => pod.Metadata.Annotations.GetValueOrDefault(key, ""),
        _ => throw new ContainerConfigException($"unsupported fieldPath: {path}"),
    };

    // metadata.labels['app'] -> app
    private static string? Subscript(string path, string field) =>
        path.StartsWith(field + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal)
            ? path[(field.Length + 2)..^2]
            : null;
}
