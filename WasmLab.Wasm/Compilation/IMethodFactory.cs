using System.Reflection;
using System.Reflection.Emit;

namespace WasmLab.Wasm.Compilation;

/// <summary>Makes the static methods that code is emitted to.</summary>
internal interface IMethodFactory
{
    /// <summary>Makes a method without a body, and what writes its body. Locals start with whatever is there.</summary>
    (MethodInfo Method, ILGenerator IL) Define(string name, Type? result, Type[] parameters);
}
