namespace WasmLab.Shim.Running;

/// <summary>How a run ended.</summary>
/// <param name="ExitCode">The module's own code, or one of <see cref="ExitCodes"/>.</param>
/// <param name="Reason">One line on why it did not end by itself; null when it did.</param>
internal sealed record RunOutcome(int ExitCode, string? Reason = null);
