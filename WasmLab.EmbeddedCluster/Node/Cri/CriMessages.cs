using WasmLab.EmbeddedCluster.Nodes.Cri.V1;
using WasmLab.Kubernetes.Objects;
using ContainerConfig = WasmLab.EmbeddedCluster.Nodes.Runtime.ContainerConfig;
using PodSandboxConfig = WasmLab.EmbeddedCluster.Nodes.Runtime.PodSandboxConfig;

namespace WasmLab.EmbeddedCluster.Nodes.Cri;

/// <summary>Puts what the node wants into the words of the container runtime interface.</summary>
internal sealed class CriMessages(string nodeId)
{
    private const string NodeLabel = "wasmlab.dev/node";
    private const string PodName = "io.kubernetes.pod.name";
    private const string PodNamespace = "io.kubernetes.pod.namespace";
    private const string PodUid = "io.kubernetes.pod.uid";
    private const string ContainerName = "io.kubernetes.container.name";
    private const int LongestHostName = 63;

    /// <summary>The labels of everything that is this node's: nothing else may be touched.</summary>
    public Dictionary<string, string> OwnLabels => new() { [NodeLabel] = nodeId };

    public Dictionary<string, string> LabelsOf(Pod pod) => new()
    {
        [NodeLabel] = nodeId,
        [PodName] = pod.Metadata.Name!,
        [PodNamespace] = pod.Metadata.Namespace!,
        [PodUid] = pod.Metadata.Uid!,
    };

    public V1.PodSandboxConfig SandboxOf(PodSandboxConfig config)
    {
        var pod = config.Pod;
        var labels = LabelsOf(pod);
        foreach (var (name, value) in pod.Metadata.Labels)
        {
            labels.TryAdd(name, value);
        }

        return new V1.PodSandboxConfig
        {
            Metadata = new PodSandboxMetadata { Name = pod.Metadata.Name, Namespace = pod.Metadata.Namespace, Uid = pod.Metadata.Uid },
            Hostname = pod.Spec.HostNetwork == true ? "" : HostNameOf(pod),
            LogDirectory = config.LogDirectory,
            Labels = { labels },
            Annotations = { pod.Metadata.Annotations },
            Linux = new LinuxPodSandboxConfig { SecurityContext = CriSecurity.OfSandbox(pod) },
        };
    }

    public V1.ContainerConfig ContainerOf(PodSandboxConfig sandbox, ContainerConfig container)
    {
        var labels = LabelsOf(sandbox.Pod);
        labels[ContainerName] = container.Spec.Name!;
        return new V1.ContainerConfig
        {
            Metadata = new ContainerMetadata { Name = container.Spec.Name, Attempt = (uint)container.Attempt },
            Image = new ImageSpec { Image = container.Image.Name },
            Command = { container.Command },
            Args = { container.Arguments },
            WorkingDir = container.Spec.WorkingDir ?? "",
            Envs = { container.Environment.Select(variable => new KeyValue { Key = variable.Key, Value = variable.Value }) },
            Mounts =
            {
                container.Mounts.Select(mount => new Mount
                {
                    HostPath = mount.HostPath,
                    ContainerPath = mount.MountPath,
                    Readonly = mount.IsReadOnly,
                }),
            },
            Labels = { labels },
            LogPath = Path.GetRelativePath(sandbox.LogDirectory, container.LogPath),
            Stdin = container.Spec.Stdin == true,
            Tty = container.Spec.Tty == true,
            Linux = new LinuxContainerConfig
            {
                Resources = CriResources.Of(container.Spec.Resources),
                SecurityContext = CriSecurity.OfContainer(sandbox.Pod, container.Spec),
            },
        };
    }

    // The kernel knows no longer ones.
    private static string HostNameOf(Pod pod)
    {
        var name = pod.Spec.Hostname ?? pod.Metadata.Name!;
        return name.Length > LongestHostName ? name[..LongestHostName].TrimEnd('-', '.') : name;
    }
}
