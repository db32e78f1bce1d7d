using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace WasmLab.Wasm.Compilation;

/// <summary>Turns a dynamic method into an address that <c>calli</c> can call.</summary>
internal static class DynamicCode
{
    public static DynamicMethod Define(string name, Type? result, Type[] parameters) =>
        new(name, result, parameters, typeof(DynamicCode).Module, skipVisibility: true) { InitLocals = false };

    /// <summary>The address of the method, which the runtime compiles at its first call.</summary>
    public static nint AddressOf(DynamicMethod method) => GetMethodDescriptor(method).GetFunctionPointer();

    /// <summary>Compiles the method now and returns its address.</summary>
    public static nint Compile(DynamicMethod method)
    {
        var handle = GetMethodDescriptor(method);
        RuntimeHelpers.PrepareMethod(handle);
        return handle.GetFunctionPointer();
    }

    // A delegate would do the same and cost a type per signature, which the base library has only up to sixteen parameters.
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "GetMethodDescriptor")]
    private static extern RuntimeMethodHandle GetMethodDescriptor(DynamicMethod method);
}
