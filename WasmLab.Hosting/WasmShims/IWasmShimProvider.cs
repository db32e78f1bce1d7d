using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.WasmShims;

/// <summary>Installs a handler that runs WebAssembly on the cluster's node, and removes it.</summary>
internal interface IWasmShimProvider
{
    /// <summary>Installs the shim and its handler; a second time it changes nothing.</summary>
    Task InstallAsync(WasmShimResource shim, LabStep step, CancellationToken cancellationToken);

    /// <summary>Removes the handler and the shim; pods that run go on.</summary>
    Task RemoveAsync(WasmShimResource shim, LabStep step, CancellationToken cancellationToken);
}
