using System.Collections.Concurrent;
using System.Security.Cryptography;
using WasmLab.EmbeddedCluster.Nodes.Images;
using WasmLab.EmbeddedCluster.Nodes.Pods;
using WasmLab.Oci;

namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>A pod of the embedded runtime: an address and a handler.</summary>
internal sealed class EmbeddedSandbox(
    PodSandboxConfig config, IRuntimeHandler handler, PodAddress address, ILocalImages images, NodePaths paths, PodNetwork network) : IPodSandbox
{
    private readonly ConcurrentDictionary<string, Bundle> _created = new();
    private bool _isRemoved;

    public PodAddress Address => address;

    public async Task<string> CreateContainerAsync(ContainerConfig container, CancellationToken cancellationToken)
    {
        var arguments = ArgumentsOf(container);
        if (arguments.Count == 0)
        {
            throw new ContainerRuntimeException(
                $"no command specified: neither container {container.Spec.Name} nor image {container.Spec.Image} has one");
        }

        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var bundle = new Bundle
        {
            Id = id,
            RootFileSystem = paths.RootFileSystem(id),
            Arguments = arguments,
            Environment = EnvironmentOf(container),
            WorkingDirectory = container.Spec.WorkingDir is { Length: > 0 } directory ? directory : container.Image.WorkingDirectory,
            LogPath = container.LogPath,
            Address = address.IsShared ? null : address.Address,
            Mounts = container.Mounts,
        };
        try
        {
            Directory.CreateDirectory(bundle.RootFileSystem);
            await images.UnpackAsync(container.Image, bundle.RootFileSystem, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ImageException)
        {
            await RemoveContainerAsync(id).ConfigureAwait(false);
            throw new ContainerRuntimeException($"failed to unpack image {container.Image.Name}: {exception.Message}", exception);
        }
        catch (OperationCanceledException)
        {
            await RemoveContainerAsync(id).ConfigureAwait(false);
            throw;
        }

        _created[id] = bundle;
        return id;
    }

    public async Task<IContainer> StartContainerAsync(string id, CancellationToken cancellationToken)
    {
        _created.TryRemove(id, out var bundle);
        try
        {
            return await handler.StartAsync(bundle!, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await RemoveContainerAsync(id).ConfigureAwait(false);
            throw new ContainerStartException(exception.Message, exception);
        }
        catch (Exception exception) when (exception is ContainerStartException or OperationCanceledException)
        {
            await RemoveContainerAsync(id).ConfigureAwait(false);
            throw;
        }
    }

    public Task RemoveContainerAsync(string id)
    {
        try
        {
            if (Directory.Exists(paths.ContainerDirectory(id)))
            {
                Directory.Delete(paths.ContainerDirectory(id), recursive: true);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The next start of the node removes it.
        }

        return Task.CompletedTask;
    }

    public Task RemoveAsync()
    {
        if (!Interlocked.Exchange(ref _isRemoved, true))
        {
            network.Release(address);
        }

        return Task.CompletedTask;
    }

    // A command replaces the image's entry point and its arguments; arguments alone replace only its arguments.
    private static List<string> ArgumentsOf(ContainerConfig container)
    {
        var command = container.Command.Count > 0 ? container.Command : container.Image.Entrypoint;
        var arguments = container.Arguments.Count > 0 ? container.Arguments
            : container.Command.Count > 0 ? [] : container.Image.Command;
        return [.. command, .. arguments];
    }

    // From weakest to strongest: the image, where a pod without a network of its own has to listen, the pod.
    private Dictionary<string, string> EnvironmentOf(ContainerConfig container)
    {
        var environment = new Dictionary<string, string>(container.Image.Environment)
        {
            ["HOSTNAME"] = config.Pod.Spec.Hostname ?? config.Pod.Metadata.Name!,
            ["BIND_ADDRESS"] = address.Address.ToString(),
        };
        if (container.Spec.Ports.FirstOrDefault() is { } port)
        {
            environment["PORT"] = $"{address.EndPointOf(port.Port).Port}";
        }

        foreach (var (name, value) in container.Environment)
        {
            environment[name] = value;
        }

        return environment;
    }
}
