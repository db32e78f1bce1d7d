using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Nodes;

/// <summary>The nodes of the cluster that the lab may work on.</summary>
internal interface INodes
{
    /// <summary>Makes every node ready to take commands, until the result is disposed of.</summary>
    /// <exception cref="DistributedApplicationException">A node cannot be reached; the message names it, why, and what to do.</exception>
    Task<NodeSession> OpenAsync(LabStep step, CancellationToken cancellationToken);
}

/// <summary>Nodes that take commands until it is disposed of.</summary>
/// <param name="nodes">Every node; none in a rehearsal on a cluster that is not there yet.</param>
/// <param name="close">Takes away what was made to reach them; null when nothing was.</param>
internal sealed class NodeSession(IReadOnlyList<INode> nodes, Func<ValueTask>? close = null) : IAsyncDisposable
{
    public IReadOnlyList<INode> Nodes { get; } = nodes;

    public ValueTask DisposeAsync() => close?.Invoke() ?? ValueTask.CompletedTask;
}
