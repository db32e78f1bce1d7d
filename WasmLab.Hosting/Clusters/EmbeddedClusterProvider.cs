using System.Globalization;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.Clusters;

/// <summary>The embedded cluster: the process <c>wasmlab-cluster</c>, which says in its log when it is ready, or why it cannot be.</summary>
internal sealed class EmbeddedClusterProvider(LabOptions options, BringUpTrace trace) : IClusterProvider
{
    private const string ReadyLine = "wasmlab-cluster ready ";
    private const string ErrorLine = "wasmlab-cluster: ";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private ExecutableResource? _program;

    public void AddPrograms(IResourceBuilder<ClusterResource> cluster)
    {
        if (options.DryRun || options.Doctor)
        {
            return;
        }

        Directory.CreateDirectory(options.StateDirectory);

        var program = cluster.ApplicationBuilder.AddExecutable(
                $"{cluster.Resource.Name}-node",
                LabPrograms.Dotnet,
                options.StateDirectory,
                "exec", LabPrograms.Cluster,
                "--state-directory", options.StateDirectory,
                "--kubeconfig", options.KubeConfigPath,
                "--api-port", options.ApiPort.ToString(CultureInfo.InvariantCulture),
                "--ingress-port", options.IngressPort.ToString(CultureInfo.InvariantCulture))
            .WithOtlpExporter()
            .WithEnvironment(async context => trace.Export(await OtlpVariablesAsync(context).ConfigureAwait(false)))
            .WithIconName("Server")
            .WithParentRelationship(cluster);

        _program = program.Resource;
        cluster.WaitForStart(program);
    }

    public async Task<KubeConfig?> StartAsync(LabStep step, CancellationToken cancellationToken)
    {
        step.ByHand("minikube start --driver=docker --container-runtime=containerd -p wasm    # embedded: wasmlab-cluster does this part");
        step.ByHand($"export KUBECONFIG={options.KubeConfigPath}");

        if (step.IsRehearsal)
        {
            return null;
        }

        var program = _program ?? throw new InvalidOperationException("AddPrograms has not been called.");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline);
        try
        {
            var ready = WaitForReadyLineAsync(program, step, deadline.Token);
            var ended = step.Get<ResourceNotificationService>().WaitForResourceAsync(program.Name, KnownResourceStates.TerminalStates, deadline.Token);
            if (await Task.WhenAny(ready, ended).ConfigureAwait(false) == ended)
            {
                // Its last lines, which say why, may still be on their way.
                await Task.WhenAny(ready, Task.Delay(TimeSpan.FromSeconds(1), deadline.Token)).ConfigureAwait(false);
                throw new DistributedApplicationException(
                    ready.Exception?.InnerException?.Message ?? $"The embedded cluster ended. The console log of resource '{program.Name}' says why.");
            }

            await ready.ConfigureAwait(false);
            return KubeConfig.Load(options.KubeConfigPath);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DistributedApplicationException(
                $"The embedded cluster was not ready within {Deadline.TotalSeconds:0} s. The console log of resource '{program.Name}' says why.");
        }
        finally
        {
            await deadline.CancelAsync().ConfigureAwait(false);
        }
    }

    private static async Task WaitForReadyLineAsync(ExecutableResource program, LabStep step, CancellationToken cancellationToken)
    {
        await foreach (var lines in step.Get<ResourceLoggerService>().WatchAsync(program).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            foreach (var line in lines)
            {
                if (line.Content.Contains(ReadyLine, StringComparison.Ordinal))
                {
                    return;
                }

                if (line.Content.IndexOf(ErrorLine, StringComparison.Ordinal) is >= 0 and var start)
                {
                    throw new DistributedApplicationException(line.Content[(start + ErrorLine.Length)..]);
                }
            }
        }
    }

    private static async Task<Dictionary<string, string>> OtlpVariablesAsync(EnvironmentCallbackContext context)
    {
        var variables = new Dictionary<string, string>();
        foreach (var (name, value) in context.EnvironmentVariables.Where(variable => variable.Key.StartsWith("OTEL_EXPORTER_OTLP_", StringComparison.Ordinal)))
        {
            variables[name] = (value is IValueProvider provider
                ? await provider.GetValueAsync(context.CancellationToken).ConfigureAwait(false)
                : value.ToString()) ?? string.Empty;
        }

        return variables;
    }
}
