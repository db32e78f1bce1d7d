using WasmLab.EmbeddedCluster.Api.Resources.Kinds;
using WasmLab.EmbeddedCluster.Api.Tables;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Api.Resources;

/// <summary>The resources that every API of this process serves. What is not here is not served.</summary>
internal static class ResourceRegistry
{
    public const string Namespaces = "namespaces";
    public const string Pods = "pods";
    public const string Services = "services";
    public const string Events = "events";
    public const string RuntimeClasses = "runtimeclasses.node.k8s.io";
    public const string IngressClasses = "ingressclasses.networking.k8s.io";

    private static readonly string[] s_all = ["all"];

    /// <summary>All of them, in the order of discovery.</summary>
    public static IReadOnlyList<ResourceDefinition> All { get; } =
    [
        new(ConfigMap.Type, "core.v1.ConfigMap", new ConfigMapStrategy(), OtherTables.ConfigMap) { ShortNames = ["cm"] },
        new(Event.ResourceType, "core.v1.Event", new EventStrategy(), OtherTables.Event)
        {
            ShortNames = ["ev"],
            SelectableFields =
            [
                "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "involvedObject.apiVersion",
                "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "reportingComponent", "source", "type",
            ],
        },
        new(Namespace.Type, "core.v1.Namespace", new NamespaceStrategy(), OtherTables.Namespace)
        {
            ShortNames = ["ns"],
            HasStatus = true,
            SelectableFields = ["status.phase"],
            Subresources = [new("finalize", "Namespace", "", "v1", ["update"])],
        },
        new(Node.Type, "core.v1.Node", ResourceStrategy.Plain, NodeTable.Definition)
        {
            ShortNames = ["no"],
            HasStatus = true,
            SelectableFields = ["spec.unschedulable"],
        },
        new(Pod.Type, "core.v1.Pod", new PodStrategy(), PodTable.Definition)
        {
            ShortNames = ["po"],
            Categories = s_all,
            HasStatus = true,
            SelectableFields =
            [
                "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork", "status.phase",
                "status.podIP", "status.nominatedNodeName",
            ],
            Subresources =
            [
                new("binding", "Binding", "", "v1", ["create"]),
                new("eviction", "Eviction", "policy", "v1", ["create"]),
                new("log", "Pod", "", "v1", ["get"]),
                new("portforward", "PodPortForwardOptions", "", "v1", ["create", "get"]),
            ],
        },
        new(Secret.ResourceType, "core.v1.Secret", new SecretStrategy(), OtherTables.Secret) { SelectableFields = ["type"] },
        new(Service.Type, "core.v1.Service", new ServiceStrategy(), NetworkTables.Service)
        {
            ShortNames = ["svc"],
            Categories = s_all,
            HasStatus = true,
            SelectableFields = ["spec.clusterIP", "spec.type"],
        },
        new(EndpointSlice.Type, "discovery.v1.EndpointSlice", new EndpointSliceStrategy(), NetworkTables.EndpointSlice),
        new(Event.ResourceType with { Group = "events.k8s.io" }, "events.v1.Event", new EventStrategy(), OtherTables.Event)
        {
            ShortNames = ["ev"],
            SelectableFields = ["regarding.kind", "regarding.namespace", "regarding.name", "regarding.uid", "reason", "reportingController", "type"],
            View = new EventView(),
        },
        new(IngressClass.Type, "networking.v1.IngressClass", new IngressClassStrategy(), NetworkTables.IngressClass),
        new(Ingress.Type, "networking.v1.Ingress", new IngressStrategy(), NetworkTables.Ingress) { ShortNames = ["ing"], HasStatus = true },
        new(RuntimeClass.Type, "node.v1.RuntimeClass", new RuntimeClassStrategy(), OtherTables.RuntimeClass),
        new(VirtualCluster.Type, "wasmlab.v1alpha1.VirtualCluster", new VirtualClusterStrategy(), OtherTables.VirtualCluster)
        {
            ShortNames = ["vc"],
            HasStatus = true,
        },
    ];

    private static readonly Dictionary<(string Group, string Version, string Plural), ResourceDefinition> s_byPath =
        All.ToDictionary(resource => (resource.Type.Group, resource.Type.Version, resource.Type.Plural));

    /// <summary>The resource at a path, or null.</summary>
    public static ResourceDefinition? Find(string group, string version, string plural) => s_byPath.GetValueOrDefault((group, version, plural));

    /// <summary>The resource of a kind that the process itself uses.</summary>
    public static ResourceDefinition Of(ResourceType type) => s_byPath[(type.Group, type.Version, type.Plural)];
}
