namespace WasmLab.Hosting.Lab;

/// <summary>Runs the programs of others; tests put a fake in its place.</summary>
internal interface IProcessRunner
{
    /// <summary>Runs a program to its end; each line it prints goes to <paramref name="output"/>.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="ProgramMissingException">The program is not on the PATH.</exception>
    Task<int> RunAsync(string program, IReadOnlyList<string> arguments, Action<string> output, CancellationToken cancellationToken);
}

/// <summary>A program is not on this machine.</summary>
internal sealed class ProgramMissingException(string program, Exception inner)
    : Exception($"The program '{program}' is not on this machine's PATH.", inner);
