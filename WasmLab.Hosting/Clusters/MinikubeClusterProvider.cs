using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Tools;
using WasmLab.Kubernetes;

namespace WasmLab.Hosting.Clusters;

/// <summary>
/// A profile of minikube: its tools are checked, it is started unless it runs, and its context goes into the lab's own kubeconfig. The user's
/// kubeconfig and other profiles are left alone.
/// </summary>
internal sealed class MinikubeClusterProvider(LabOptions options) : IClusterProvider
{
    private const string ContainerRuntime = "containerd";

    public void AddPrograms(IResourceBuilder<ClusterResource> cluster) => cluster.WithMinikubeCommands();

    public async Task<KubeConfig?> StartAsync(LabStep step, CancellationToken cancellationToken)
    {
        step.Get<BringUpTrace>().Export(await step.Get<OtlpReceiver>().FindAsync(cancellationToken).ConfigureAwait(false));
        await step.Get<ToolRequirements>().RequireAsync(step, cancellationToken).ConfigureAwait(false);
        var minikube = step.Get<Minikube>();
        await RefuseOtherMachinesAsync(minikube, cancellationToken).ConfigureAwait(false);

        var state = await minikube.FindStateAsync(cancellationToken).ConfigureAwait(false);
        if (state == MinikubeState.Running)
        {
            step.Logger.LogInformation("Profile {Profile} runs already: it is used as it is.", minikube.Profile);
            await PointToAsync(minikube, step, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            if (!step.IsRehearsal)
            {
                Directory.CreateDirectory(options.StateDirectory);
            }

            await step.Get<MinikubeStart>().RunAsync(step, cancellationToken).ConfigureAwait(false);
            step.Get<MinikubeSession>().HasStarted = !step.IsRehearsal;
        }

        step.ByHand($"export KUBECONFIG={CommandLine.Quote(options.KubeConfigPath)}");
        if (step.IsRehearsal && (state != MinikubeState.Running || !HasContext(minikube)))
        {
            return null;
        }

        return HasContext(minikube) ? Read(minikube) : throw new DistributedApplicationException(
            $"minikube has started, but {options.KubeConfigPath} has no context '{minikube.Profile}'. Remedy: minikube -p {minikube.Profile} update-context, then run this step again.");
    }

    private async Task RefuseOtherMachinesAsync(Minikube minikube, CancellationToken cancellationToken)
    {
        if (await minikube.FindProfileAsync(cancellationToken).ConfigureAwait(false) is not { } profile)
        {
            return;
        }

        var (found, wanted, setting) = profile.ContainerRuntime != ContainerRuntime
            ? (profile.ContainerRuntime, ContainerRuntime, "")
            : (profile.Driver, options.Minikube.Driver, $" Or set WasmLab:Minikube:Driver to '{profile.Driver}'.");
        if (found != wanted)
        {
            throw new DistributedApplicationException(
                $"The minikube profile '{minikube.Profile}' is there already, with '{found}' where the lab needs '{wanted}'. "
                + $"Remedy: give the lab a profile of its own (WasmLab:Minikube:Profile), or delete this one (minikube delete -p {minikube.Profile}).{setting}");
        }
    }

    /// <summary>The address of a running profile may have changed since it was written down, or it never was.</summary>
    private async Task PointToAsync(Minikube minikube, LabStep step, CancellationToken cancellationToken)
    {
        var command = minikube.KubeConfigCommand("update-context");
        if (HasContext(minikube) && await AnswersAsync(minikube, cancellationToken).ConfigureAwait(false))
        {
            step.Logger.LogInformation("{Path} leads to it already: nothing changed.", options.KubeConfigPath);
            return;
        }

        await minikube.ChangeAsync(step, command, "minikube could not write the lab's kubeconfig", cancellationToken).ConfigureAwait(false);
    }

    private async Task<bool> AnswersAsync(Minikube minikube, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(5));
        try
        {
            using var client = KubernetesClient.Connect(Read(minikube));
            await client.GetReadyzAsync(deadline.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is HttpRequestException or KubernetesException or IOException or InvalidOperationException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private bool HasContext(Minikube minikube) =>
        File.Exists(options.KubeConfigPath)
        && KubeConfig.Load(options.KubeConfigPath).Contexts.Exists(context => context.Name == minikube.Profile);

    private KubeConfig Read(Minikube minikube)
    {
        var config = KubeConfig.Load(options.KubeConfigPath);
        config.CurrentContext = minikube.Profile;
        return config;
    }
}
