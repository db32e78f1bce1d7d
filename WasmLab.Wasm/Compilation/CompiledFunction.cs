using System.Reflection;
using WasmLab.Wasm.Compilation.Division;

namespace WasmLab.Wasm.Compilation;

/// <summary>The IL of a function.</summary>
/// <param name="Method">What its callers call.</param>
/// <param name="StackNeed">When it is not 0, so much native stack must be left before it is called.</param>
/// <param name="Parts">The methods that it calls in turn, when it is divided.</param>
/// <param name="Division">How it is divided; null when it is whole.</param>
internal sealed record CompiledFunction(MethodInfo Method, int StackNeed, IReadOnlyList<MethodInfo> Parts, FunctionDivision? Division = null);
