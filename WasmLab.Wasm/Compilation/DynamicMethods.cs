using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace WasmLab.Wasm.Compilation;

/// <summary>Methods that the runtime compiles in this process, and their addresses, which <c>calli</c> can call.</summary>
internal sealed class DynamicMethods : IMethodFactory
{
    public static readonly DynamicMethods Factory = new();

    private DynamicMethods()
    {
    }

    public static DynamicMethod Define(string name, Type? result, Type[] parameters) =>
        new(name, result, parameters, typeof(DynamicMethods).Module, skipVisibility: true) { InitLocals = false };

    (MethodInfo Method, ILGenerator IL) IMethodFactory.Define(string name, Type? result, Type[] parameters)
    {
        var method = Define(name, result, parameters);
        return (method, method.GetILGenerator());
    }

    /// <summary>The address of a method of this factory, which the runtime compiles at its first call.</summary>
    public static nint AddressOf(MethodInfo method) => GetMethodDescriptor((DynamicMethod)method).GetFunctionPointer();

    /// <summary>Compiles a method of this factory now and returns its address.</summary>
    public static nint Compile(MethodInfo method)
    {
        var handle = GetMethodDescriptor((DynamicMethod)method);
        RuntimeHelpers.PrepareMethod(handle);
        return handle.GetFunctionPointer();
    }

    // A delegate would do the same and cost a type per signature, which the base library has only up to sixteen parameters.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "GetMethodDescriptor")]
    private static extern RuntimeMethodHandle GetMethodDescriptor(DynamicMethod method);
}
