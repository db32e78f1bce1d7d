using System.Reflection.Emit;

namespace WasmLab.Wasm.Compilation;

/// <summary>The IL of a function.</summary>
/// <param name="Method">What its callers call.</param>
/// <param name="StackNeed">When it is not 0, so much native stack must be left before it is called.</param>
/// <param name="Parts">The methods that it calls in turn, when it is divided.</param>
internal sealed record CompiledFunction(DynamicMethod Method, int StackNeed, IReadOnlyList<DynamicMethod> Parts);
