using WasmLab.EmbeddedCluster.Nodes.Cri.V1;
using WasmLab.Kubernetes.Objects;
using Container = WasmLab.Kubernetes.Objects.Container;

namespace WasmLab.EmbeddedCluster.Nodes.Cri;

/// <summary>What a pod's and a container's security context, and the pod's use of the host's namespaces, are for the runtime.</summary>
internal static class CriSecurity
{
    public static LinuxSandboxSecurityContext OfSandbox(Pod pod) => new()
    {
        NamespaceOptions = NamespacesOf(pod),
        Privileged = pod.Spec.Containers.Concat(pod.Spec.InitContainers).Any(container => container.SecurityContext?.Privileged == true),
        RunAsUser = Value(pod.Spec.SecurityContext?.RunAsUser),
        RunAsGroup = Value(pod.Spec.SecurityContext?.RunAsUser is null ? null : pod.Spec.SecurityContext.RunAsGroup),
    };

    public static LinuxContainerSecurityContext OfContainer(Pod pod, Container container)
    {
        var context = container.SecurityContext;
        var user = context?.RunAsUser ?? pod.Spec.SecurityContext?.RunAsUser;
        return new LinuxContainerSecurityContext
        {
            NamespaceOptions = NamespacesOf(pod),
            Privileged = context?.Privileged == true,
            ReadonlyRootfs = context?.ReadOnlyRootFilesystem == true,
            NoNewPrivs = context?.AllowPrivilegeEscalation == false,
            RunAsUser = Value(user),
            RunAsGroup = Value(user is null ? null : context?.RunAsGroup ?? pod.Spec.SecurityContext?.RunAsGroup),
            Capabilities = new Capability
            {
                AddCapabilities = { context?.Capabilities?.Add ?? [] },
                DropCapabilities = { context?.Capabilities?.Drop ?? [] },
            },
        };
    }

    // Each container sees its own processes, unless the pod says otherwise; the network is always the pod's or the host's.
    private static NamespaceOption NamespacesOf(Pod pod) => new()
    {
        Network = pod.Spec.HostNetwork == true ? NamespaceMode.Node : NamespaceMode.Pod,
        Ipc = pod.Spec.HostIPC == true ? NamespaceMode.Node : NamespaceMode.Pod,
        Pid = pod.Spec.HostPID == true ? NamespaceMode.Node
            : pod.Spec.ShareProcessNamespace == true ? NamespaceMode.Pod
            : NamespaceMode.Container,
    };

    private static Int64Value? Value(long? value) => value is { } number ? new Int64Value { Value = number } : null;
}
