using System.Reflection;
using System.Reflection.Emit;
using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm.Compilation;

/// <summary>The small methods that every function of one type shares.</summary>
internal static class Stubs
{
    private static readonly MethodInfo Resolve = typeof(RuntimeCalls).GetMethod(nameof(RuntimeCalls.Resolve))!;
    private static readonly MethodInfo CreateTrap = typeof(RuntimeCalls).GetMethod(nameof(RuntimeCalls.Trap))!;
    public static readonly MethodInfo FromHandle = typeof(ExceptionCalls).GetMethod(nameof(ExceptionCalls.FromHandle))!;
    public static readonly MethodInfo HandleOf = typeof(ExceptionCalls).GetMethod(nameof(ExceptionCalls.HandleOf))!;
    private static readonly MethodInfo CallHost = typeof(RuntimeCalls).GetMethod(nameof(RuntimeCalls.CallHost))!;

    /// <summary>Host to guest: loads the slots, calls the code, stores the results.</summary>
    public static MethodInfo Entry(IMethodFactory methods, CanonicalType type)
    {
        var (method, il) = methods.Define("wasm-entry", null, [typeof(nint), typeof(nint), typeof(nint), typeof(nint)]);
        if (type.Results.Length > 0)
        {
            il.Emit(OpCodes.Ldarg_3);
        }

        il.Emit(OpCodes.Ldarg_0);
        for (var i = 0; i < type.Parameters.Length; i++)
        {
            EmitSlotAddress(il, OpCodes.Ldarg_2, type.ParameterSlots[i]);
            EmitLoadSlot(il, type.Parameters[i]);
        }

        if (type.Results.Length > 1)
        {
            EmitSlotAddress(il, OpCodes.Ldarg_3, type.ResultSlots[1]);
        }

        il.Emit(OpCodes.Ldarg_1);
        il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, type.ReturnType, type.Signature, null);
        if (type.Results.Length > 0)
        {
            EmitStoreSlot(il, type.Results[0]);
        }

        il.Emit(OpCodes.Ret);
        return method;
    }

    /// <summary>First call of a function: compiles it, and calls it with the same arguments.</summary>
    public static MethodInfo Lazy(IMethodFactory methods, CanonicalType type)
    {
        var (method, il) = methods.Define("wasm-lazy", type.ReturnType, type.Signature);
        var code = il.DeclareLocal(typeof(nint));
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Call, Resolve);
        il.Emit(OpCodes.Stloc, code);

        il.Emit(OpCodes.Ldarg_0);
        EmitOffset(il, FunctionRecord.HomeOffset);
        il.Emit(OpCodes.Ldind_I);
        for (var i = 1; i < type.Signature.Length; i++)
        {
            il.Emit(OpCodes.Ldarg, (short)i);
        }

        il.Emit(OpCodes.Ldloc, code);
        il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, type.ReturnType, type.Signature, null);
        il.Emit(OpCodes.Ret);
        return method;
    }

    /// <summary>Traps unless so much native stack is left, then calls the code with the same arguments.</summary>
    public static MethodInfo Guard(CanonicalType type, nint code, int stackNeed)
    {
        var method = DynamicMethods.Define("wasm-guard", type.ReturnType, type.Signature);
        var il = method.GetILGenerator();
        var marker = il.DeclareLocal(typeof(int));
        var exhausted = il.DefineLabel();
        il.Emit(OpCodes.Ldloca, marker);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Ldc_I4, stackNeed);
        il.Emit(OpCodes.Sub);
        il.Emit(OpCodes.Ldarg_0);
        EmitOffset(il, InstanceContext.StackLimitOffset);
        il.Emit(OpCodes.Ldind_I);
        il.Emit(OpCodes.Blt_Un, exhausted);
        for (var i = 0; i < type.Signature.Length; i++)
        {
            il.Emit(OpCodes.Ldarg, (short)i);
        }

        // A tail call, because the function may end in one itself.
        il.Emit(OpCodes.Ldc_I8, (long)code);
        il.Emit(OpCodes.Conv_I);
        il.Emit(OpCodes.Tailcall);
        il.EmitCalli(OpCodes.Calli, CallingConventions.Standard, type.ReturnType, type.Signature, null);
        il.Emit(OpCodes.Ret);
        il.MarkLabel(exhausted);
        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldc_I4, (int)TrapKind.CallStackExhausted);
        il.Emit(OpCodes.Call, CreateTrap);
        il.Emit(OpCodes.Throw);
        return method;
    }

    /// <summary>Guest to host: stores the arguments in slots, calls the delegate, loads the results.</summary>
    public static MethodInfo Host(IMethodFactory methods, CanonicalType type)
    {
        var (method, il) = methods.Define("wasm-host", type.ReturnType, type.Signature);
        var slots = il.DeclareLocal(typeof(nint));
        var (parameters, results) = (type.Parameters, type.Results);
        var (parameterSlots, resultSlots) = (type.ParameterSlots, type.ResultSlots);
        il.Emit(OpCodes.Ldc_I4, Math.Max(1, parameterSlots.Count + resultSlots.Count) * SlotLayout.SlotSize);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Localloc);
        il.Emit(OpCodes.Stloc, slots);
        for (var i = 0; i < parameters.Length; i++)
        {
            EmitSlotAddress(il, OpCodes.Ldloc_0, parameterSlots[i]);
            il.Emit(OpCodes.Ldarg, (short)(i + 1));
            EmitStoreSlot(il, parameters[i]);
        }

        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldloc, slots);
        il.Emit(OpCodes.Ldc_I4, parameterSlots.Count);
        EmitSlotAddress(il, OpCodes.Ldloc_0, parameterSlots.Count);
        il.Emit(OpCodes.Ldc_I4, resultSlots.Count);
        il.Emit(OpCodes.Call, CallHost);
        for (var i = 1; i < results.Length; i++)
        {
            il.Emit(OpCodes.Ldarg, (short)(type.Signature.Length - 1));
            EmitOffset(il, resultSlots.ExtraOffset(i));
            EmitSlotAddress(il, OpCodes.Ldloc_0, parameterSlots.Count + resultSlots[i]);
            EmitLoadSlot(il, results[i]);
            EmitStoreSlot(il, results[i]);
        }

        if (results.Length > 0)
        {
            EmitSlotAddress(il, OpCodes.Ldloc_0, parameterSlots.Count);
            EmitLoadSlot(il, results[0]);
        }

        il.Emit(OpCodes.Ret);
        return method;
    }

    /// <summary>Loads a value from the address on the stack.</summary>
    public static void EmitLoadSlot(ILGenerator il, ValueType type)
    {
        if (type == ValueType.V128)
        {
            VectorEmitter.EmitLoadWhole(il);
            return;
        }

        if (type == ValueType.ExnRef)
        {
            il.Emit(OpCodes.Ldind_I);
            il.Emit(OpCodes.Call, FromHandle);
            return;
        }

        il.Emit(type switch
        {
            ValueType.I32 => OpCodes.Ldind_I4,
            ValueType.I64 => OpCodes.Ldind_I8,
            ValueType.F32 => OpCodes.Ldind_R4,
            ValueType.F64 => OpCodes.Ldind_R8,
            _ => OpCodes.Ldind_I,
        });
    }

    /// <summary>Stores the value on the stack at the address below it; 32-bit values fill the whole slot, with zeros above.</summary>
    public static void EmitStoreSlot(ILGenerator il, ValueType type)
    {
        switch (type)
        {
            case ValueType.I32:
                il.Emit(OpCodes.Conv_U8);
                il.Emit(OpCodes.Stind_I8);
                break;
            case ValueType.F32:
                il.Emit(OpCodes.Call, WasmMath.Method(nameof(WasmMath.SlotOfF32)));
                il.Emit(OpCodes.Stind_I8);
                break;
            case ValueType.I64:
                il.Emit(OpCodes.Stind_I8);
                break;
            case ValueType.F64:
                il.Emit(OpCodes.Stind_R8);
                break;
            case ValueType.V128:
                VectorEmitter.EmitStoreWhole(il);
                break;
            case ValueType.ExnRef:
                il.Emit(OpCodes.Call, HandleOf);
                il.Emit(OpCodes.Stind_I);
                break;
            default:
                il.Emit(OpCodes.Stind_I);
                break;
        }
    }

    private static void EmitSlotAddress(ILGenerator il, OpCode loadBase, int index)
    {
        il.Emit(loadBase);
        EmitOffset(il, index * SlotLayout.SlotSize);
    }

    private static void EmitOffset(ILGenerator il, int offset)
    {
        if (offset > 0)
        {
            il.Emit(OpCodes.Ldc_I4, offset);
            il.Emit(OpCodes.Conv_I);
            il.Emit(OpCodes.Add);
        }
    }
}
