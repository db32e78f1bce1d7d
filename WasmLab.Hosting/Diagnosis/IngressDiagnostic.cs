using System.Runtime.CompilerServices;
using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Flavors;
using WasmLab.Hosting.Ingresses;
using WasmLab.Hosting.Lab;
using WasmLab.Kubernetes.Objects;

namespace WasmLab.Hosting.Diagnosis;

/// <summary>Does the ingress controller answer, and is there the class that the flavors' ingresses name?</summary>
internal sealed class IngressDiagnostic(DistributedApplicationModel model, ClusterConnections connections, IngressAddress address, FlavorProbe probe)
    : IDiagnostic
{
    private const string ClassName = "nginx";

    public ChainPart Part => ChainPart.Ingress;

    public async IAsyncEnumerable<Finding> ExamineAsync(LabStep step, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var ingress in model.Resources.OfType<IngressResource>())
        {
            if (connections.FindHost() is { } host)
            {
                yield return await host.FindAsync<IngressClass>(ClassName, ct: cancellationToken).ConfigureAwait(false) is { } found
                    ? Finding.Holds($"IngressClass {ClassName}", $"controller {found.Spec.Controller}")
                    : Finding.Broken(
                        $"IngressClass {ClassName}", "missing", "the ingress controller creates it when it starts, so it has not started",
                        $"run the step '{ingress.Name}' again");
            }

            yield return address.Find() is { } uri
                ? await AskAsync(ingress.Name, uri, cancellationToken).ConfigureAwait(false)
                : Finding.Broken("Ingress controller", "no address", "its step has not been done", $"run the step '{ingress.Name}'");
        }
    }

    private async Task<Finding> AskAsync(string step, Uri uri, CancellationToken cancellationToken)
    {
        var answer = await new IngressHealthCheck(() => uri, probe.Http).CheckHealthAsync(new(), cancellationToken).ConfigureAwait(false);
        return answer.Status == Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy
            ? Finding.Holds("Ingress controller", answer.Description!)
            : Finding.Broken(
                "Ingress controller", answer.Description!, "the controller, or the lab's way to it, does not run",
                $"run the step '{step}' again; a lab that was stopped serves no ingress");
    }
}
