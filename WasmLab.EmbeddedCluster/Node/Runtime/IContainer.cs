namespace WasmLab.EmbeddedCluster.Nodes.Runtime;

/// <summary>A started container.</summary>
internal interface IContainer
{
    string Id { get; }

    /// <summary>Ends, never with an exception, when the container has ended and its log is complete.</summary>
    Task<ContainerExit> Exited { get; }

    /// <summary>Sends the signal; does nothing when the container has ended.</summary>
    void Signal(ContainerSignal signal);
}

internal enum ContainerSignal
{
    Terminate,
    Kill,
}

/// <summary>How a container ended.</summary>
/// <param name="Code">As a shell shows it: 128 plus the signal when a signal ended it.</param>
/// <param name="Message">What the runtime knows beyond the code, for instance the text of a trap.</param>
/// <param name="RuntimeLost">The runtime or the sandbox ended, not the container: it is restarted without back-off, in a new sandbox.</param>
/// <param name="Reason">A reason that the runtime gives, for instance <c>OOMKilled</c>; null for the code's own.</param>
internal sealed record ContainerExit(int Code, string? Message = null, bool RuntimeLost = false, string? Reason = null);

/// <summary>A container could not be started. The message is what the pod's status and event show.</summary>
internal sealed class ContainerStartException(string message, Exception? innerException = null)
    : Exception(message, innerException);
