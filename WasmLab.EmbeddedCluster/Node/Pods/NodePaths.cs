using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>Where the node keeps its files, below the state directory.</summary>
internal sealed class NodePaths(string stateDirectory)
{
    private readonly string _node = Path.GetFullPath(Path.Combine(stateDirectory, "node"));

    public string Images { get; } = Path.GetFullPath(Path.Combine(stateDirectory, "images"));

    /// <summary>Code of modules that the shim has compiled.</summary>
    public string CompiledCode { get; } = Path.GetFullPath(Path.Combine(stateDirectory, "cache"));

    public string Runtimes => Path.Combine(_node, "runtimes.d");

    public string Containers => Path.Combine(_node, "containers");

    public string Pods => Path.Combine(_node, "pods");

    public string Volumes => Path.Combine(_node, "volumes");

    public string ContainerDirectory(string id) => Path.Combine(Containers, id);

    public string RootFileSystem(string id) => Path.Combine(Containers, id, "rootfs");

    public string PodLogs(Pod pod) => Path.Combine(Pods, $"{pod.Metadata.Namespace}_{pod.Metadata.Name}_{pod.Metadata.Uid}");

    public string Log(Pod pod, string container, int restart) => Path.Combine(PodLogs(pod), container, $"{restart}.log");

    public string PodVolumes(Pod pod) => Path.Combine(Volumes, pod.Metadata.Uid!);
}
