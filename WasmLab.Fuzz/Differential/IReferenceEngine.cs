namespace WasmLab.Fuzz.Differential;

/// <summary>An engine to compare with.</summary>
internal interface IReferenceEngine
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>Why it cannot be used here, or null when it can.</summary>
    string? Missing { get; }

    /// <summary>Whether it is to be trusted with vectors and tail calls.</summary>
    bool IsComplete { get; }

    /// <summary>Calls every exported function of each module in order, all in one instance a module.</summary>
    /// <param name="modules">The modules' files.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>One outcome a module.</returns>
    Task<IReadOnlyList<ModuleOutcome>> RunAsync(IReadOnlyList<string> modules, CancellationToken cancellation);
}

/// <summary>
/// What came of a module's functions: for each export a line <c>name: RESULTS</c>, the results as unsigned decimals, or
/// <c>name: trap CLASS</c>; or one line that says that the module was refused.
/// </summary>
internal sealed record ModuleOutcome(IReadOnlyList<string> Lines)
{
    public static ModuleOutcome Refused(string why) => new([$"refused: {why}"]);
}
