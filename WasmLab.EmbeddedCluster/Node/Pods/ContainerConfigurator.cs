using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>Tells the runtime what a pod wants of a container.</summary>
internal sealed class ContainerConfigurator(NodeContext node)
{
    private readonly ContainerEnvironment _environment = new(node.Api);

    /// <exception cref="ContainerConfigException">Something that it refers to is missing.</exception>
    public async Task<ContainerConfig> ConfigureAsync(
        Pod pod, Container container, LocalImage image, PodSandbox sandbox, int attempt, CancellationToken cancellationToken)
    {
        var fields = new PodFields(sandbox.Address.Address.ToString(), node.HostIP.ToString());
        var variables = await _environment.ResolveAsync(pod, container, fields, cancellationToken).ConfigureAwait(false);
        return new ContainerConfig
        {
            Spec = container,
            Image = image,
            Attempt = attempt,
            Command = Expand(container.Command, variables),
            Arguments = Expand(container.Args, variables),
            Environment = variables,
            LogPath = node.Paths.Log(pod, container.Name!, attempt),
            Mounts = PodVolumes.MountsOf(container, sandbox.Volumes),
        };
    }

    private static List<string> Expand(List<string> arguments, Dictionary<string, string> variables) =>
        [.. arguments.Select(argument => VariableExpansion.Expand(argument, variables))];
}
