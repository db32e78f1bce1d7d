using WasmLab.Hosting.Lab;
using WasmLab.Hosting.Nodes;

namespace WasmLab.Hosting.WasmShims.Containerd;

/// <summary>Gets the shim's program for a node.</summary>
internal interface IShimSource
{
    /// <summary>The setting that chooses it.</summary>
    ShimSource Source { get; }

    /// <returns>The program; null in a rehearsal, when it is not there yet.</returns>
    /// <exception cref="DistributedApplicationException">There is none for the architecture, or it cannot be had; the message says what to do.</exception>
    Task<ShimProgram?> GetAsync(LabStep step, INode node, string architecture, CancellationToken cancellationToken);
}
