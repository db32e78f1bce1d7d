using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Controllers;

/// <summary>Asks the API to bind a pod to a node: what a scheduler creates.</summary>
internal sealed class Binding() : KubernetesObject(Type), IKubernetesKind<Binding>
{
    public static ResourceType Type { get; } = new("", "v1", "Binding", "bindings", Namespaced: true);

    public ObjectReference Target { get; set => field = value ?? new(); } = new();

    public static Binding Of(Pod pod, string node) => new()
    {
        Metadata = { Name = pod.Metadata.Name, Namespace = pod.Metadata.Namespace, Uid = pod.Metadata.Uid },
        Target = new ObjectReference { ApiVersion = "v1", Kind = "Node", Name = node },
    };
}
