using Microsoft.Extensions.Logging;
using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.WasmShims;

/// <summary>For a cluster whose nodes have the handler already, or are none of the lab's business: they are left alone.</summary>
internal sealed class ExistingWasmShimProvider : IWasmShimProvider
{
    public async Task InstallAsync(WasmShimResource shim, LabStep step, CancellationToken cancellationToken)
    {
        step.Logger.LogInformation(
            "WasmLab:Shim:Source is 'existing': the nodes are left alone, and handler {Handler} has to be configured on each that runs WebAssembly.", shim.Handler);
        await step.SetPropertyAsync("Handler", shim.Handler).ConfigureAwait(false);
    }

    public Task RemoveAsync(WasmShimResource shim, LabStep step, CancellationToken cancellationToken)
    {
        step.Logger.LogInformation("Handler {Handler} is not the lab's (WasmLab:Shim:Source is 'existing'): it stays.", shim.Handler);
        return Task.CompletedTask;
    }
}
