using System.Runtime.CompilerServices;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>Is the profile's machine there, does it run, and was it made as the lab needs it?</summary>
internal sealed class MinikubeDiagnostic(Minikube minikube, LabOptions options) : IDiagnostic
{
    private const string ContainerRuntime = "containerd";

    public ChainPart Part => ChainPart.Requirements;

    public async IAsyncEnumerable<Finding> ExamineAsync(LabStep step, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var link = $"Profile {minikube.Profile}";
        if (await FindAsync(cancellationToken).ConfigureAwait(false) is not { } found)
        {
            yield return Finding.NotExamined(link, "minikube is missing");
            yield break;
        }

        var (state, profile) = found;
        yield return state switch
        {
            MinikubeState.Missing => Finding.Broken(
                link, "there is none of that name", "the cluster was never started, or was deleted", "bring the lab up: dotnet run --project WasmLab.AppHost -- --cluster minikube"),
            MinikubeState.Stopped => Finding.Broken(
                link, "its machine does not run, or not all of it", "it was stopped (minikube stop), or this machine was restarted",
                "bring the lab up again: it starts the machine; the console log of 'cluster' shows what minikube says"),
            _ when profile is not null && profile.ContainerRuntime != ContainerRuntime => Finding.Broken(
                link, $"container runtime {profile.ContainerRuntime}", $"it was made by someone else; WebAssembly shims need {ContainerRuntime}",
                $"give the lab a profile of its own (WasmLab:Minikube:Profile), or: minikube delete -p {minikube.Profile}"),
            _ => Finding.Holds(link, $"runs, driver {profile?.Driver ?? options.Minikube.Driver}, container runtime {profile?.ContainerRuntime ?? ContainerRuntime}"),
        };
    }

    private async Task<(MinikubeState State, MinikubeProfile? Profile)?> FindAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await minikube.FindStateAsync(cancellationToken).ConfigureAwait(false), await minikube.FindProfileAsync(cancellationToken).ConfigureAwait(false));
        }
        catch (ProgramMissingException)
        {
            return null;
        }
    }
}
