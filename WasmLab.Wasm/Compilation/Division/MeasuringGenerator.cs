using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;

namespace WasmLab.Wasm.Compilation.Division;

/// <summary>Hands everything on to another generator, and counts what the just-in-time compiler counts.</summary>
internal sealed class MeasuringGenerator(ILGenerator il) : ILGenerator
{
    private int _instructions;
    private int _blocks = 1;
    private int _localReferences;
    private int _locals;
    private bool _startsBlock = true;

    public ILCost Cost => new(il.ILOffset, _instructions, _blocks, _localReferences, _locals);

    public override int ILOffset => il.ILOffset;

    public override void BeginCatchBlock(Type? exceptionType)
    {
        StartBlock();
        il.BeginCatchBlock(exceptionType!);
    }

    public override void BeginExceptFilterBlock()
    {
        StartBlock();
        il.BeginExceptFilterBlock();
    }

    public override Label BeginExceptionBlock()
    {
        StartBlock();
        return il.BeginExceptionBlock();
    }

    public override void BeginFaultBlock()
    {
        StartBlock();
        il.BeginFaultBlock();
    }

    public override void BeginFinallyBlock()
    {
        StartBlock();
        il.BeginFinallyBlock();
    }

    public override void EndExceptionBlock()
    {
        StartBlock();
        il.EndExceptionBlock();
    }

    public override void BeginScope() => il.BeginScope();

    public override void EndScope() => il.EndScope();

    public override void UsingNamespace(string usingNamespace) => il.UsingNamespace(usingNamespace);

    public override LocalBuilder DeclareLocal(Type localType, bool pinned)
    {
        _locals++;
        return il.DeclareLocal(localType, pinned);
    }

    public override Label DefineLabel() => il.DefineLabel();

    public override void MarkLabel(Label loc)
    {
        StartBlock();
        il.MarkLabel(loc);
    }

    public override void Emit(OpCode opcode)
    {
        Count(opcode);
        il.Emit(opcode);
    }

    public override void Emit(OpCode opcode, byte arg)
    {
        Count(opcode);
        il.Emit(opcode, arg);
    }

    public override void Emit(OpCode opcode, short arg)
    {
        Count(opcode);
        il.Emit(opcode, arg);
    }

    public override void Emit(OpCode opcode, int arg)
    {
        Count(opcode);
        il.Emit(opcode, arg);
    }

    public override void Emit(OpCode opcode, long arg)
    {
        Count(opcode);
        il.Emit(opcode, arg);
    }

    public override void Emit(OpCode opcode, float arg)
    {
        Count(opcode);
        il.Emit(opcode, arg);
    }

    public override void Emit(OpCode opcode, double arg)
    {
        Count(opcode);
        il.Emit(opcode, arg);
    }

    public override void Emit(OpCode opcode, string str)
    {
        Count(opcode);
        il.Emit(opcode, str);
    }

    public override void Emit(OpCode opcode, Type cls)
    {
        Count(opcode);
        il.Emit(opcode, cls);
    }

    public override void Emit(OpCode opcode, ConstructorInfo con)
    {
        Count(opcode);
        il.Emit(opcode, con);
    }

    public override void Emit(OpCode opcode, FieldInfo field)
    {
        Count(opcode);
        il.Emit(opcode, field);
    }

    public override void Emit(OpCode opcode, MethodInfo meth)
    {
        Count(opcode);
        il.Emit(opcode, meth);
    }

    public override void Emit(OpCode opcode, SignatureHelper signature)
    {
        Count(opcode);
        il.Emit(opcode, signature);
    }

    public override void Emit(OpCode opcode, LocalBuilder local)
    {
        Count(opcode);
        _localReferences++;
        il.Emit(opcode, local);
    }

    public override void Emit(OpCode opcode, Label label)
    {
        Count(opcode);
        il.Emit(opcode, label);
    }

    public override void Emit(OpCode opcode, Label[] labels)
    {
        Count(opcode);
        il.Emit(opcode, labels);
    }

    public override void EmitCall(OpCode opcode, MethodInfo methodInfo, Type[]? optionalParameterTypes)
    {
        Count(opcode);
        il.EmitCall(opcode, methodInfo, optionalParameterTypes);
    }

    public override void EmitCalli(OpCode opcode, CallingConventions callingConvention, Type? returnType, Type[]? parameterTypes, Type[]? optionalParameterTypes)
    {
        Count(opcode);
        il.EmitCalli(opcode, callingConvention, returnType, parameterTypes, optionalParameterTypes);
    }

    public override void EmitCalli(OpCode opcode, CallingConvention unmanagedCallConv, Type? returnType, Type[]? parameterTypes)
    {
        Count(opcode);
        il.EmitCalli(opcode, unmanagedCallConv, returnType, parameterTypes);
    }

    private void Count(OpCode opcode)
    {
        _instructions++;
        _startsBlock = false;
        if (IsArgument(opcode))
        {
            _localReferences++;
        }
        else if (opcode.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Return or FlowControl.Throw)
        {
            StartBlock();
        }
    }

    private static bool IsArgument(OpCode opcode) =>
        opcode == OpCodes.Ldarg_0 || opcode == OpCodes.Ldarg_1 || opcode == OpCodes.Ldarg_2 || opcode == OpCodes.Ldarg_3
        || opcode == OpCodes.Ldarg_S || opcode == OpCodes.Starg_S || opcode == OpCodes.Ldarg || opcode == OpCodes.Starg;

    private void StartBlock()
    {
        if (!_startsBlock)
        {
            _blocks++;
            _startsBlock = true;
        }
    }
}
