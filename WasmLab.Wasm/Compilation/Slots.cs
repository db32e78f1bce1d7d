using System.Reflection.Emit;

namespace WasmLab.Wasm.Compilation;

/// <summary>Where a value lives in the compiled function: an argument, an IL local, or, when there are very many, a cell of the frame.</summary>
internal sealed record Slot(ValueType Type, int Argument, LocalBuilder? Local, int FrameOffset);

/// <summary>Hands out slots and takes them back. A function that makes tail calls may not have a block on the native stack.</summary>
internal sealed class Slots(ILGenerator il, bool mayUseFrame)
{
    /// <summary>
    /// The just-in-time compiler refuses a method with more than 65,535 locals, its own included, and is slow long before. What is
    /// beyond this number lives in a block on the native stack.
    /// </summary>
    private const int MaxLocals = 4_000;

    private readonly Dictionary<Type, Stack<Slot>> _free = [];
    private readonly Dictionary<Type, LocalBuilder> _scratch = [];
    private int _locals;

    /// <summary>How many bytes the block on the native stack needs.</summary>
    public int FrameSize { get; private set; }

    public int LocalCount => _locals;

    /// <summary>Holds the address of the block.</summary>
    public LocalBuilder? Frame { get; private set; }

    public void UseFrame() => Frame = il.DeclareLocal(typeof(nint));

    public static Slot Argument(int index, ValueType type) => new(type, index, null, -1);

    public Slot Take(ValueType type)
    {
        if (_free.TryGetValue(CanonicalType.Clr(type), out var free) && free.TryPop(out var slot))
        {
            return slot.Type == type ? slot : slot with { Type = type };
        }

        return Declare(type);
    }

    public Slot Declare(ValueType type)
    {
        if (_locals < MaxLocals || !mayUseFrame)
        {
            _locals++;
            return new Slot(type, -1, il.DeclareLocal(CanonicalType.Clr(type)), -1);
        }

        var offset = FrameSize;
        FrameSize += type.SlotCount() * SlotLayout.SlotSize;
        return new Slot(type, -1, null, offset);
    }

    public void Return(Slot slot)
    {
        var type = CanonicalType.Clr(slot.Type);
        if (!_free.TryGetValue(type, out var free))
        {
            _free[type] = free = new Stack<Slot>();
        }

        free.Push(slot);
    }

    public void EmitLoad(Slot slot)
    {
        if (slot.Argument >= 0)
        {
            EmitLoadArgument(slot.Argument);
        }
        else if (slot.Local is { } local)
        {
            il.Emit(OpCodes.Ldloc, local);
        }
        else
        {
            EmitFrameAddress(slot);
            Stubs.EmitLoadSlot(il, slot.Type);
        }
    }

    /// <summary>Stores the value on top of the IL stack.</summary>
    public void EmitStore(Slot slot)
    {
        if (slot.Argument >= 0)
        {
            if (slot.Argument <= byte.MaxValue)
            {
                il.Emit(OpCodes.Starg_S, (byte)slot.Argument);
            }
            else
            {
                il.Emit(OpCodes.Starg, (short)slot.Argument);
            }
        }
        else if (slot.Local is { } local)
        {
            il.Emit(OpCodes.Stloc, local);
        }
        else
        {
            var type = CanonicalType.Clr(slot.Type);
            if (!_scratch.TryGetValue(type, out var scratch))
            {
                _scratch[type] = scratch = il.DeclareLocal(type);
            }

            il.Emit(OpCodes.Stloc, scratch);
            EmitFrameAddress(slot);
            il.Emit(OpCodes.Ldloc, scratch);
            Stubs.EmitStoreSlot(il, slot.Type);
        }
    }

    public void EmitLoadArgument(int index)
    {
        switch (index)
        {
            case 0:
                il.Emit(OpCodes.Ldarg_0);
                break;
            case 1:
                il.Emit(OpCodes.Ldarg_1);
                break;
            case 2:
                il.Emit(OpCodes.Ldarg_2);
                break;
            case 3:
                il.Emit(OpCodes.Ldarg_3);
                break;
            case <= byte.MaxValue:
                il.Emit(OpCodes.Ldarg_S, (byte)index);
                break;
            default:
                il.Emit(OpCodes.Ldarg, (short)index);
                break;
        }
    }

    private void EmitFrameAddress(Slot slot)
    {
        // In the first of two passes the frame does not exist yet, and what is emitted is thrown away.
        if (Frame is { } frame)
        {
            il.Emit(OpCodes.Ldloc, frame);
        }
        else
        {
            il.Emit(OpCodes.Ldarg_0);
        }

        il.Emit(OpCodes.Ldc_I4, slot.FrameOffset);
        il.Emit(OpCodes.Add);
    }
}
