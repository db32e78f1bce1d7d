namespace WasmLab.Hosting.Lab;

/// <summary>How a command ended, on this machine or on a node.</summary>
/// <param name="ExitCode">0 is success.</param>
/// <param name="Output">Its standard output, lines ended by <c>\n</c>.</param>
/// <param name="Error">Its standard error, lines ended by <c>\n</c>.</param>
internal sealed record CommandResult(int ExitCode, string Output, string Error)
{
    /// <summary>The command was shown, not run.</summary>
    public static CommandResult Rehearsed { get; } = new(0, "", "");

    public bool Succeeded => ExitCode == 0;

    /// <summary>The last line that says anything, for a message of one line.</summary>
    public string LastLine =>
        (Error + Output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).LastOrDefault()
        ?? $"it ended with exit code {ExitCode} and said nothing";
}
