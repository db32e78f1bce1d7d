using System.Reflection;
using System.Reflection.Emit;
using WasmLab.Wasm.Runtime;

namespace WasmLab.Wasm.Compilation;

/// <summary>The small methods that every function of one type shares.</summary>
internal static class Stubs
{
    private const int SlotSize = sizeof(long);

    private static readonly MethodInfo Resolve = typeof(RuntimeCalls).GetMethod(nameof(RuntimeCalls.Resolve))!;
    private static readonly MethodInfo CreateTrap = typeof(RuntimeCalls).GetMethod(nameof(RuntimeCalls.Trap))!;
    private static readonly MethodInfo CallHost = typeof(RuntimeCalls).GetMethod(nameof(RuntimeCalls.CallHost))!;

    /// <summary>Host to guest: loads the slots, calls the code, stores the results.</summary>
    public static DynamicMethod Entry(CanonicalType type)
    {
        var method = DynamicCode.Define("wasm-entry", null, [typeof(nint), typeof(nint), typeof(nint), typeof(nint)]);
        var il = method.GetILGenerator();
        if (type.Results.Length > 0)
        {
            il.Emit(OpCodes.Ldarg_3);
        }

        il.Emit(OpCodes.Ldarg_0);
        for (var i = 0; i < type.Parameters.Length; i++)
        {
            EmitSlotAddress(il, OpCodes.Ldarg_2, i);
            il.Emit(LoadSlot(type.Parameters[i]));
        }

        if (type.Results.Length > 1)
        {
            EmitSlotAddress(il, OpCodes.Ldarg_3, 1);
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
    public static DynamicMethod Lazy(CanonicalType type)
    {
        var method = DynamicCode.Define("wasm-lazy", type.ReturnType, type.Signature);
        var il = method.GetILGenerator();
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
    public static DynamicMethod Guard(CanonicalType type, nint code, int stackNeed)
    {
        var method = DynamicCode.Define("wasm-guard", type.ReturnType, type.Signature);
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

        il.Emit(OpCodes.Ldc_I8, (long)code);
        il.Emit(OpCodes.Conv_I);
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
    public static DynamicMethod Host(CanonicalType type)
    {
        var method = DynamicCode.Define("wasm-host", type.ReturnType, type.Signature);
        var il = method.GetILGenerator();
        var slots = il.DeclareLocal(typeof(nint));
        var (parameters, results) = (type.Parameters, type.Results);
        il.Emit(OpCodes.Ldc_I4, Math.Max(1, parameters.Length + results.Length) * SlotSize);
        il.Emit(OpCodes.Conv_U);
        il.Emit(OpCodes.Localloc);
        il.Emit(OpCodes.Stloc, slots);
        for (var i = 0; i < parameters.Length; i++)
        {
            EmitSlotAddress(il, OpCodes.Ldloc_0, i);
            il.Emit(OpCodes.Ldarg, (short)(i + 1));
            EmitStoreSlot(il, parameters[i]);
        }

        il.Emit(OpCodes.Ldarg_0);
        il.Emit(OpCodes.Ldloc, slots);
        il.Emit(OpCodes.Ldc_I4, parameters.Length);
        EmitSlotAddress(il, OpCodes.Ldloc_0, parameters.Length);
        il.Emit(OpCodes.Ldc_I4, results.Length);
        il.Emit(OpCodes.Call, CallHost);
        for (var i = 1; i < results.Length; i++)
        {
            il.Emit(OpCodes.Ldarg, (short)(type.Signature.Length - 1));
            EmitOffset(il, (i - 1) * SlotSize);
            EmitSlotAddress(il, OpCodes.Ldloc_0, parameters.Length + i);
            il.Emit(LoadSlot(results[i]));
            EmitStoreSlot(il, results[i]);
        }

        if (results.Length > 0)
        {
            EmitSlotAddress(il, OpCodes.Ldloc_0, parameters.Length);
            il.Emit(LoadSlot(results[0]));
        }

        il.Emit(OpCodes.Ret);
        return method;
    }

    public static OpCode LoadSlot(ValueType type) => type switch
    {
        ValueType.I32 => OpCodes.Ldind_I4,
        ValueType.I64 => OpCodes.Ldind_I8,
        ValueType.F32 => OpCodes.Ldind_R4,
        ValueType.F64 => OpCodes.Ldind_R8,
        _ => OpCodes.Ldind_I,
    };

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
            default:
                il.Emit(OpCodes.Stind_I);
                break;
        }
    }

    private static void EmitSlotAddress(ILGenerator il, OpCode loadBase, int index)
    {
        il.Emit(loadBase);
        EmitOffset(il, index * SlotSize);
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
