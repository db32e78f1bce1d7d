using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Ingresses;

/// <summary>minikube's addon <c>ingress</c>, which is ingress-nginx.</summary>
internal sealed class MinikubeIngressAddon(Minikube minikube, ClusterConnections connections)
{
    private const string Addon = "ingress";

    /// <summary>Enables it; when it is enabled already, nothing is changed.</summary>
    public async Task EnableAsync(LabStep step, CancellationToken cancellationToken)
    {
        if (connections.FindHost() is not null && await IsEnabledAsync(cancellationToken).ConfigureAwait(false))
        {
            step.Logger.LogInformation("Addon {Addon} is enabled already: nothing changed.", Addon);
            return;
        }

        await minikube.ChangeAsync(step, minikube.KubeConfigCommand("addons", "enable", Addon), "minikube could not enable the addon ingress", cancellationToken)
            .ConfigureAwait(false);
    }

    private async Task<bool> IsEnabledAsync(CancellationToken cancellationToken)
    {
        var answer = await minikube.ReadAsync(minikube.Command("addons", "list", "-o", "json"), cancellationToken).ConfigureAwait(false);
        return answer.Succeeded && (string?)JsonNode.Parse(answer.Output)?[Addon]?["Status"] == "enabled";
    }
}
