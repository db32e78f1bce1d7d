namespace WasmLab.Kubernetes;

/// <summary>Where a command runs and what it is connected to.</summary>
public sealed record ExecOptions
{
    /// <summary>The container; null when the pod has only one.</summary>
    public string? Container { get; init; }

    /// <summary>
    /// Its standard input, sent as fast as it is read; null is none. A server before 1.30 cannot be told where it ends: there the command has to
    /// know how much to read, as <c>head -c SIZE</c> does.
    /// </summary>
    public Stream? Stdin { get; init; }

    /// <summary>Takes its standard output; null collects it in the result.</summary>
    public Stream? Stdout { get; init; }

    /// <summary>Takes its standard error; null collects it in the result.</summary>
    public Stream? Stderr { get; init; }
}

/// <summary>How a command ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Stdout">What it wrote to standard output, if that was collected.</param>
/// <param name="Stderr">What it wrote to standard error, if that was collected.</param>
public sealed record ExecResult(int ExitCode, string Stdout, string Stderr);
