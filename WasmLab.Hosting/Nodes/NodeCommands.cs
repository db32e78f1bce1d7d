using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Nodes;

/// <summary>Commands whose failure ends the step.</summary>
internal static class NodeCommands
{
    /// <summary>As <see cref="INode.ChangeAsync"/>, for a command that has to succeed.</summary>
    /// <exception cref="DistributedApplicationException">It did not; the message says what it said.</exception>
    public static async Task MustChangeAsync(this INode node, LabStep step, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var result = await node.ChangeAsync(step, command, cancellationToken).ConfigureAwait(false);
        if (!result.Succeeded)
        {
            throw new DistributedApplicationException($"'{CommandLine.Of(command)}' failed: {result.LastLine}. Repair that on the node, then run the step again.");
        }
    }
}
