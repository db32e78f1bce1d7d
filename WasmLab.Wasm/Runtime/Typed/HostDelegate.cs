using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using WasmLab.Wasm.Compilation;

namespace WasmLab.Wasm.Runtime.Typed;

/// <summary>A delegate of any fitting signature as a function that a guest can call; nothing is boxed.</summary>
internal static class HostDelegate
{
    private static readonly ConditionalWeakTable<Type, Plan> Plans = [];

    private static readonly MethodInfo ReadMethod = typeof(HostDelegate).GetMethod(nameof(Read), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo WriteMethod = typeof(HostDelegate).GetMethod(nameof(Write), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo ReferenceMethod = typeof(Instance).GetMethod(nameof(Instance.GetReference))!;
    private static readonly MethodInfo SlotMethod = typeof(Instance).GetMethod(nameof(Instance.GetSlot))!;

    /// <summary>The function's type, and what calls the delegate.</summary>
    /// <exception cref="ArgumentException">A parameter or result has a type that stands for none of WebAssembly's.</exception>
    public static (FunctionType Type, HostFunction Function) Adapt(Delegate target)
    {
        var plan = Plans.GetValue(target.GetType(), static type => Emit(type, DelegateSignature.OfHost(type)));
        return (plan.Type, plan.Method.CreateDelegate<HostFunction>(target));
    }

    private static Plan Emit(Type type, DelegateSignature signature)
    {
        var method = DynamicMethods.Define("wasm-host-delegate", typeof(void), [type, typeof(Instance), typeof(ReadOnlySpan<long>), typeof(Span<long>)]);
        var il = method.GetILGenerator();
        il.Emit(OpCodes.Ldarg_0);
        if (signature.TakesCaller)
        {
            il.Emit(OpCodes.Ldarg_1);
        }

        for (var i = 0; i < signature.Parameters.Length; i++)
        {
            EmitParameter(il, i, signature.Parameters[i], signature.FunctionType.Parameters[i]);
        }

        il.Emit(OpCodes.Callvirt, signature.Invoke);
        if (signature.Results.Length > 0)
        {
            var result = il.DeclareLocal(signature.Invoke.ReturnType);
            il.Emit(OpCodes.Stloc, result);
            for (var i = 0; i < signature.Results.Length; i++)
            {
                var field = signature.IsTuple ? signature.Invoke.ReturnType.GetField($"Item{i + 1}") : null;
                EmitResult(il, i, result, field, signature.FunctionType.Results[i]);
            }
        }

        il.Emit(OpCodes.Ret);
        return new Plan(signature.FunctionType, method);
    }

    private static void EmitParameter(ILGenerator il, int index, Type type, ValueType value)
    {
        if (!type.IsValueType)
        {
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldc_I4, (int)value);
        }

        il.Emit(OpCodes.Ldarg_2);
        il.Emit(OpCodes.Ldc_I4, index);
        il.Emit(OpCodes.Call, ReadMethod);
        switch (value)
        {
            case ValueType.I32:
                il.Emit(OpCodes.Conv_I4);
                break;
            case ValueType.F32:
                il.Emit(OpCodes.Conv_I4);
                il.Emit(OpCodes.Call, WasmMath.Method(nameof(WasmMath.F32OfBits)));
                break;
            case ValueType.F64:
                il.Emit(OpCodes.Call, WasmMath.Method(nameof(WasmMath.F64OfBits)));
                break;
            case ValueType.FuncRef or ValueType.ExternRef:
                il.Emit(OpCodes.Call, ReferenceMethod);
                il.Emit(OpCodes.Castclass, type);
                break;
        }
    }

    private static void EmitResult(ILGenerator il, int index, LocalBuilder result, FieldInfo? field, ValueType value)
    {
        il.Emit(OpCodes.Ldarg_3);
        il.Emit(OpCodes.Ldc_I4, index);
        if (value is ValueType.FuncRef or ValueType.ExternRef)
        {
            il.Emit(OpCodes.Ldarg_1);
            il.Emit(OpCodes.Ldc_I4, (int)value);
        }

        il.Emit(OpCodes.Ldloc, result);
        if (field is not null)
        {
            il.Emit(OpCodes.Ldfld, field);
        }

        switch (value)
        {
            case ValueType.I32:
                il.Emit(OpCodes.Conv_U8);
                break;
            case ValueType.F32:
                il.Emit(OpCodes.Call, WasmMath.Method(nameof(WasmMath.SlotOfF32)));
                break;
            case ValueType.F64:
                il.Emit(OpCodes.Call, WasmMath.Method(nameof(WasmMath.BitsOfF64)));
                break;
            case ValueType.FuncRef or ValueType.ExternRef:
                il.Emit(OpCodes.Call, SlotMethod);
                break;
        }

        il.Emit(OpCodes.Call, WriteMethod);
    }

    private static long Read(ReadOnlySpan<long> slots, int index) => slots[index];

    private static void Write(Span<long> slots, int index, long value) => slots[index] = value;

    private sealed record Plan(FunctionType Type, DynamicMethod Method);
}
