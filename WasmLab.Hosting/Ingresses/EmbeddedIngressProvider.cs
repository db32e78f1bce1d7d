using WasmLab.Hosting.Clusters;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Ingresses;

/// <summary>The lab's own controller, a part of the process <c>wasmlab-cluster</c>, which says where it listens.</summary>
internal sealed class EmbeddedIngressProvider(ClusterProgram program, LabOptions options) : IIngressProvider
{
    public async Task<Uri?> StartAsync(LabStep step, CancellationToken cancellationToken)
    {
        if (options.Cluster == ClusterKind.Embedded)
        {
            step.ByHand("minikube -p wasm addons enable ingress    # embedded: wasmlab-cluster does this part");
            step.ByHand("kubectl port-forward -n ingress-nginx svc/ingress-nginx-controller 8080:80    # embedded: it listens on this machine already");
        }
        else
        {
            step.ByHand("kubectl create -f -    # IngressClass nginx, where it is missing; wasmlab-cluster serves it from this machine");
        }

        if (step.IsRehearsal)
        {
            return null;
        }

        var addresses = await program.WaitUntilReadyAsync(step, cancellationToken).ConfigureAwait(false);
        return addresses.TryGetValue("ingress", out var address)
            ? new Uri($"http://localhost:{address.Port}")
            : throw new DistributedApplicationException("wasmlab-cluster is ready, but has no ingress.");
    }
}
