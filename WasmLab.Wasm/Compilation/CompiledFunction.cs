using System.Reflection;

namespace WasmLab.Wasm.Compilation;

/// <summary>The IL of a function.</summary>
/// <param name="Method">What its callers call.</param>
/// <param name="StackNeed">When it is not 0, so much native stack must be left before it is called.</param>
/// <param name="Parts">The methods that it calls in turn, when it is divided.</param>
internal sealed record CompiledFunction(MethodInfo Method, int StackNeed, IReadOnlyList<MethodInfo> Parts)
{
    public FunctionCompiler.Division? Division { get; init; }
}
