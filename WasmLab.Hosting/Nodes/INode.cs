using WasmLab.Hosting.Lab;

namespace WasmLab.Hosting.Nodes;

/// <summary>A node of a real cluster, whose container runtime the lab looks at and changes. Commands run there as root.</summary>
internal interface INode
{
    /// <summary>Its name in the cluster.</summary>
    string Name { get; }

    /// <summary>Runs a command that only looks.</summary>
    Task<CommandResult> ReadAsync(IReadOnlyList<string> command, CancellationToken cancellationToken);

    /// <summary>
    /// Shows, as typed on this machine, and runs a command that changes the node; what it says goes to the log as it comes. A rehearsal
    /// only shows it.
    /// </summary>
    Task<CommandResult> ChangeAsync(LabStep step, IReadOnlyList<string> command, CancellationToken cancellationToken);

    /// <summary>Shows and makes a copy of a file of this machine on the node; a rehearsal only shows it.</summary>
    /// <param name="step">Whose log shows it.</param>
    /// <param name="source">Path on this machine.</param>
    /// <param name="path">Absolute path on the node; its folder is there already. The file appears there whole or not at all.</param>
    /// <param name="mode">Its permissions.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task CopyAsync(LabStep step, string source, string path, UnixFileMode mode, CancellationToken cancellationToken);
}
