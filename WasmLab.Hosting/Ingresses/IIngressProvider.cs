using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Ingresses;

/// <summary>Brings an ingress controller up on the cluster and makes it reachable on loopback.</summary>
internal interface IIngressProvider
{
    /// <summary>Returns the controller's address when it listens; null in a rehearsal.</summary>
    Task<Uri?> StartAsync(LabStep step, CancellationToken cancellationToken);
}
