namespace WasmLab.Wasm.Compilation.Division;

/// <summary>How a function is divided: all that its parts are emitted from.</summary>
/// <param name="Plan">Which of its code is in which part.</param>
/// <param name="Locals">Where its locals lie.</param>
/// <param name="Summary">What the prologues must provide.</param>
/// <param name="Fuel">What its instructions cost; null when no fuel is counted.</param>
internal sealed record FunctionDivision(DivisionPlan Plan, DividedLocals Locals, FunctionSummary Summary, FuelCosts? Fuel);
