using System.Security.Cryptography;
using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.EmbeddedCluster.Nodes.Runtime;
using WasmLab.Kubernetes.Objects;
using WasmLab.Oci;

namespace WasmLab.EmbeddedCluster.Nodes.Pods;

/// <summary>Makes a container of an image and what the pod asks for, and starts it.</summary>
internal sealed class ContainerStarter(NodeContext node)
{
    private readonly ContainerEnvironment _environment = new(node.Api);

    /// <summary>The configuration of a new container, which has no files yet.</summary>
    /// <exception cref="ContainerConfigException">Something that it refers to is missing.</exception>
    public async Task<ContainerConfig> ConfigureAsync(
        Pod pod, Container container, LocalImage image, PodSandbox sandbox, int restart, CancellationToken cancellationToken)
    {
        var fields = new PodFields(sandbox.Address.Address.ToString(), node.HostIP);
        var variables = await _environment.ResolveAsync(pod, container, fields, cancellationToken).ConfigureAwait(false);
        var arguments = ArgumentsOf(container, image, variables);
        if (arguments.Count == 0)
        {
            throw new ContainerConfigException($"no command specified: neither container {container.Name} nor image {container.Image} has one");
        }

        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        return new ContainerConfig
        {
            Id = id,
            RootFileSystem = node.Paths.RootFileSystem(id),
            Arguments = arguments,
            Environment = EnvironmentOf(pod, container, image, sandbox.Address, variables),
            WorkingDirectory = container.WorkingDir is { Length: > 0 } directory ? directory : image.WorkingDirectory,
            LogPath = node.Paths.Log(pod, container.Name!, restart),
            Address = sandbox.Address.IsShared ? null : sandbox.Address.Address,
            Mounts = PodVolumes.MountsOf(container, sandbox.Volumes),
        };
    }

    /// <exception cref="ContainerStartException">It could not be started.</exception>
    public async Task<IContainer> StartAsync(IRuntimeHandler handler, LocalImage image, ContainerConfig config, CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(config.RootFileSystem);
            await node.Images.UnpackAsync(image, config.RootFileSystem, cancellationToken).ConfigureAwait(false);
            return await handler.StartAsync(config, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ImageException)
        {
            throw new ContainerStartException($"failed to unpack image {image.Name}: {exception.Message}", exception);
        }
    }

    /// <summary>Removes a container's files; its log stays.</summary>
    public void Remove(string id)
    {
        try
        {
            if (Directory.Exists(node.Paths.ContainerDirectory(id)))
            {
                Directory.Delete(node.Paths.ContainerDirectory(id), recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next start of the node removes it.
        }
    }

    // A command replaces the image's entry point and its arguments; arguments alone replace only its arguments.
    private static List<string> ArgumentsOf(Container container, LocalImage image, Dictionary<string, string> variables)
    {
        var command = container.Command.Count > 0 ? container.Command : image.Entrypoint;
        var arguments = container.Args.Count > 0 ? container.Args
            : container.Command.Count > 0 ? [] : image.Command;
        return [.. command.Concat(arguments).Select(argument => VariableExpansion.Expand(argument, variables))];
    }

    // From weakest to strongest: the image, what the node tells every container, the pod.
    private static Dictionary<string, string> EnvironmentOf(
        Pod pod, Container container, LocalImage image, PodAddress address, Dictionary<string, string> variables)
    {
        var environment = new Dictionary<string, string>(image.Environment)
        {
            ["HOSTNAME"] = pod.Spec.Hostname ?? pod.Metadata.Name!,
            ["BIND_ADDRESS"] = address.Address.ToString(),
        };
        if (container.Ports.FirstOrDefault() is { } port)
        {
            environment["PORT"] = $"{address.EndPointOf(port.Port).Port}";
        }

        foreach (var (name, value) in variables)
        {
            environment[name] = value;
        }

        return environment;
    }
}
