using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Clusters;

/// <summary>The process <c>wasmlab-cluster</c> as a resource. It says in its log when it is ready and where it listens, or why it cannot.</summary>
internal sealed class ClusterProgram(LabOptions options, BringUpTrace trace)
{
    private const string ReadyLine = "wasmlab-cluster ready";
    private const string ErrorLine = "wasmlab-cluster: ";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private ExecutableResource? _resource;

    /// <summary>Adds the process to the model; a lab that only rehearses or examines starts none.</summary>
    /// <returns>Null when nothing is started.</returns>
    public IResourceBuilder<ExecutableResource>? Add(IResourceBuilder<ClusterResource> cluster, string name, params string[] arguments)
    {
        if (options.IsPassive)
        {
            return null;
        }

        Directory.CreateDirectory(options.StateDirectory);
        var program = cluster.ApplicationBuilder.AddExecutable(
                name,
                LabPrograms.Dotnet,
                options.StateDirectory,
                ["exec", LabPrograms.Cluster, "--state-directory", options.StateDirectory, "--kubeconfig", options.KubeConfigPath, .. arguments])
            .WithOtlpExporter()
            .WithEnvironment(async context => trace.Export(await OtlpReceiver.SelectAsync(context).ConfigureAwait(false)))
            .WithIconName("Server")
            .WithParentRelationship(cluster);
        _resource = program.Resource;
        return program;
    }

    /// <summary>Returns when the process is ready: where each of its parts listens (<c>api</c>, <c>ingress</c>).</summary>
    /// <exception cref="DistributedApplicationException">It ended, or was not ready in time; the message says why.</exception>
    public async Task<IReadOnlyDictionary<string, Uri>> WaitUntilReadyAsync(LabStep step, CancellationToken cancellationToken)
    {
        var program = _resource ?? throw new InvalidOperationException("The program has not been added.");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            var ready = ReadAddressesAsync(program, step, deadline.Token);
            var ended = step.Get<ResourceNotificationService>().WaitForResourceAsync(program.Name, KnownResourceStates.TerminalStates, deadline.Token);
            if (await Task.WhenAny(ready, ended).ConfigureAwait(false) == ended)
            {
                // Its last lines, which say why, may still be on their way.
                await Task.WhenAny(ready, Task.Delay(TimeSpan.FromSeconds(1), deadline.Token)).ConfigureAwait(false);
                throw new DistributedApplicationException(
                    ready.Exception?.InnerException?.Message ?? $"wasmlab-cluster ended. The console log of resource '{program.Name}' says why.");
            }

            return await ready.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DistributedApplicationException(
                $"wasmlab-cluster was not ready within {Deadline.TotalSeconds:0} s. The console log of resource '{program.Name}' says why.");
        }
        finally
        {
            await deadline.CancelAsync().ConfigureAwait(false);
        }
    }

    private static async Task<IReadOnlyDictionary<string, Uri>> ReadAddressesAsync(
        ExecutableResource program, LabStep step, CancellationToken cancellationToken)
    {
        await foreach (var lines in step.Get<ResourceLoggerService>().WatchAsync(program).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            foreach (var line in lines)
            {
                if (line.Content.IndexOf(ReadyLine, StringComparison.Ordinal) is >= 0 and var ready)
                {
                    return Parse(line.Content[(ready + ReadyLine.Length)..]);
                }

                if (line.Content.IndexOf(ErrorLine, StringComparison.Ordinal) is >= 0 and var error)
                {
                    throw new DistributedApplicationException(line.Content[(error + ErrorLine.Length)..]);
                }
            }
        }

        throw new DistributedApplicationException($"The log of '{program.Name}' ended before it was ready.");
    }

    private static Dictionary<string, Uri> Parse(string addresses) =>
        addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2))
            .Where(pair => pair.Length == 2 && Uri.TryCreate(pair[1], UriKind.Absolute, out _))
            .ToDictionary(pair => pair[0], pair => new Uri(pair[1]), StringComparer.Ordinal);
}
