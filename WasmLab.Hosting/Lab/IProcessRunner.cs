namespace WasmLab.Hosting.Lab;

/// <summary>Runs the programs of others; tests put a fake in its place.</summary>
internal interface IProcessRunner
{
    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code.</returns>
    /// <exception cref="ProgramMissingException">The program is not on the PATH.</exception>
    Task<int> RunAsync(ProcessCommand command, CancellationToken cancellationToken);
}

/// <summary>A program to run, and where its lines go.</summary>
/// <param name="Program">Its name, looked up on the PATH, or its path.</param>
/// <param name="Arguments">What it gets.</param>
internal sealed record ProcessCommand(string Program, IReadOnlyList<string> Arguments)
{
    /// <summary>Variables beside those of this process.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>What it reads; null is nothing.</summary>
    public Stream? Input { get; init; }

    /// <summary>Gets each line of its standard output.</summary>
    public Action<string> Output { get; init; } = _ => { };

    /// <summary>Gets each line of its standard error.</summary>
    public Action<string> Error { get; init; } = _ => { };

    /// <summary>As a user would type it.</summary>
    public override string ToString() =>
        string.Concat(Environment.Select(variable => $"{variable.Key}={CommandLine.Quote(variable.Value)} ")) + CommandLine.Of([Program, .. Arguments]);
}

/// <summary>A program is not on this machine.</summary>
internal sealed class ProgramMissingException(string program, Exception inner)
    : Exception($"The program '{program}' is not on this machine's PATH.", inner)
{
    public string Program { get; } = program;
}
