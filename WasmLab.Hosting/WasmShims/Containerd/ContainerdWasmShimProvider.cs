using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>Installs and removes the shim on every node of a cluster whose nodes run containerd, one node after the other.</summary>
internal sealed class ContainerdWasmShimProvider(INodes nodes) : IWasmShimProvider
{
    public async Task InstallAsync(WasmShimResource shim, LabStep step, CancellationToken cancellationToken)
    {
        await using var session = await nodes.OpenAsync(step, cancellationToken).ConfigureAwait(false);
        throw new StepUnavailableException($"Handler {shim.Handler} is not installed by this version on a node that runs containerd.");
    }

    public async Task RemoveAsync(WasmShimResource shim, LabStep step, CancellationToken cancellationToken)
    {
        await using var session = await nodes.OpenAsync(step, cancellationToken).ConfigureAwait(false);
        throw new StepUnavailableException($"Handler {shim.Handler} is not removed by this version on a node that runs containerd.");
    }
}
