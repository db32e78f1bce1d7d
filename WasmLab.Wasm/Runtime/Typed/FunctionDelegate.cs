using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using WasmLab.Wasm.Compilation;

namespace WasmLab.Wasm.Runtime.Typed;

/// <summary>A guest's function as a delegate: arguments and results go through slots on the stack, and nothing is boxed.</summary>
internal static class FunctionDelegate
{
    private static readonly ConditionalWeakTable<Type, Plan> Plans = [];

    private static readonly MethodInfo Invoke = typeof(Function).GetMethod(nameof(Function.Invoke), [typeof(ReadOnlySpan<long>), typeof(Span<long>)])!;
    private static readonly MethodInfo SlotOf = typeof(FunctionDelegate).GetMethod(nameof(ToSlot), BindingFlags.NonPublic | BindingFlags.Static)!;
    private static readonly MethodInfo ValueOf = typeof(FunctionDelegate).GetMethod(nameof(FromSlot), BindingFlags.NonPublic | BindingFlags.Static)!;

    /// <exception cref="ArgumentException">The delegate's signature is not the function's.</exception>
    public static TDelegate Create<TDelegate>(Function function)
        where TDelegate : Delegate
    {
        var plan = Plans.GetValue(typeof(TDelegate), static type => Emit(DelegateSignature.OfGuest(type)));
        return plan.Type.Equals(function.Type)
            ? (TDelegate)plan.Method.CreateDelegate(typeof(TDelegate), function)
            : throw new ArgumentException($"the function is {function.Type}, but {typeof(TDelegate).Name} is {plan.Type}");
    }

    private static Plan Emit(DelegateSignature signature)
    {
        var (parameters, results) = (signature.Parameters, signature.Results);
        var method = DynamicMethods.Define("wasm-delegate", signature.Invoke.ReturnType, [typeof(Function), .. parameters]);
        var il = method.GetILGenerator();
        var slots = il.DeclareLocal(typeof(nint));
        il.Emit(OpCodes.Ldc_I4, Math.Max(1, parameters.Length + results.Length) * sizeof(long));
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Localloc);
        il.Emit(OpCodes.Stloc, slots);
        for (var i = 0; i < parameters.Length; i++)
        {
            EmitAddress(i);
            EmitArgument(il, i + 1, parameters[i], signature.FunctionType.Parameters[i]);
        }

        il.Emit(OpCodes.Ldarg_0);
        EmitSpan(typeof(ReadOnlySpan<long>), 0, parameters.Length);
        EmitSpan(typeof(Span<long>), parameters.Length, results.Length);
        il.Emit(OpCodes.Call, Invoke);
        for (var i = 0; i < results.Length; i++)
        {
            EmitAddress(parameters.Length + i);
            EmitResult(il, results[i], signature.FunctionType.Results[i]);
        }

        if (signature.IsTuple)
        {
            il.Emit(OpCodes.Newobj, signature.Invoke.ReturnType.GetConstructor(results)!);
        }

        il.Emit(OpCodes.Ret);
        return new Plan(signature.FunctionType, method);

        void EmitAddress(int slot)
        {
            il.Emit(OpCodes.Ldloc, slots);
            il.Emit(OpCodes.Ldc_I4, slot * sizeof(long));
            il.Emit(OpCodes.Add);
        }

        void EmitSpan(Type span, int first, int count)
        {
            EmitAddress(first);
            il.Emit(OpCodes.Ldc_I4, count);
            il.Emit(OpCodes.Newobj, span.GetConstructor([typeof(void*), typeof(int)])!);
        }
    }

    private static void EmitArgument(ILGenerator il, int argument, Type type, ValueType value)
    {
        if (!type.IsValueType)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, (int)value);
        }

        il.Emit(OpCodes.Ldarg, (short)argument);
        if (type.IsValueType)
        {
            Stubs.EmitStoreSlot(il, value);
        }
        else
        {
            il.Emit(OpCodes.Call, SlotOf);
            il.Emit(OpCodes.Stind_I8);
        }
    }

    private static void EmitResult(ILGenerator il, Type type, ValueType value)
    {
        Stubs.EmitLoadSlot(il, value);
        if (!type.IsValueType)
        {
            var slot = il.DeclareLocal(typeof(long));
            il.Emit(OpCodes.Conv_I8);
            il.Emit(OpCodes.Stloc, slot);
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(OpCodes.Ldc_I4, (int)value);
            il.Emit(OpCodes.Ldloc, slot);
            il.Emit(OpCodes.Call, ValueOf);
            il.Emit(OpCodes.Castclass, type);
        }
    }

    private static long ToSlot(Function function, ValueType type, object? value) => Values.ToSlot(function.Engine, function.Store, type, value);

    private static object? FromSlot(Function function, ValueType type, long slot) => Values.FromSlot(function.Engine, type, slot);

    private sealed record Plan(FunctionType Type, DynamicMethod Method);
}
