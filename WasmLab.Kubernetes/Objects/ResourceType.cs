namespace WasmLab.Kubernetes.Objects;

/// <summary>What names a kind and its REST resource.</summary>
/// <param name="Group">API group; empty for the core group.</param>
/// <param name="Version">Version within the group, such as <c>v1</c>.</param>
/// <param name="Kind">Kind, such as <c>Pod</c>.</param>
/// <param name="Plural">Resource name in URLs, such as <c>pods</c>.</param>
/// <param name="Namespaced">Whether objects live in namespaces.</param>
public sealed record ResourceType(string Group, string Version, string Kind, string Plural, bool Namespaced)
{
    /// <summary>Group and version as objects carry them: <c>v1</c>, <c>networking.k8s.io/v1</c>.</summary>
    public string ApiVersion => Group.Length == 0 ? Version : $"{Group}/{Version}";

    /// <summary>Where the server lists the resources of the group and version: <c>/api/v1</c>, <c>/apis/networking.k8s.io/v1</c>.</summary>
    public string GroupPath => Group.Length == 0 ? $"/api/{Version}" : $"/apis/{Group}/{Version}";

    /// <summary>The path under the server: <c>/api/v1/namespaces/ns/pods/name/status</c>.</summary>
    public string Path(string? ns = null, string? name = null, string? subresource = null)
    {
        var path = GroupPath;
        if (Namespaced && ns is not null)
        {
            path += $"/namespaces/{Uri.EscapeDataString(ns)}";
        }

        path += $"/{Plural}";
        if (name is not null)
        {
            path += $"/{Uri.EscapeDataString(name)}";
        }

        return subresource is null ? path : $"{path}/{subresource}";
    }
}

/// <summary>A type of object that knows its resource.</summary>
/// <typeparam name="TSelf">The type itself.</typeparam>
public interface IKubernetesKind<TSelf>
    where TSelf : KubernetesObject, IKubernetesKind<TSelf>, new()
{
    /// <summary>Names the kind and its REST resource, in its newest version.</summary>
    static abstract ResourceType Type { get; }

    /// <summary>Versions that older servers have instead, newest first, whose fields are the same as far as this type names them.</summary>
    static virtual IReadOnlyList<string> OlderVersions => [];
}
