using WasmLab.Kubernetes.Objects;

namespace WasmLab.Kubernetes;

/// <summary>Names an object of a kind.</summary>
/// <param name="Namespace">Its namespace; null when the kind has none.</param>
/// <param name="Name">Its name.</param>
public readonly record struct NamespacedName(string? Namespace, string Name)
{
    /// <summary>The name of an object.</summary>
    public static NamespacedName Of(KubernetesObject item)
    {
        ArgumentNullException.ThrowIfNull(item);
        return new(item.Metadata.Namespace, item.Metadata.Name ?? "");
    }

    /// <summary>As <c>NAMESPACE/NAME</c>, or <c>NAME</c> without a namespace.</summary>
    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}
