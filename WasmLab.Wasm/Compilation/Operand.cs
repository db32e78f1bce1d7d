using System.Runtime.Intrinsics;
using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Compilation;

internal enum OperandKind
{
    Constant,

    /// <summary>The present value of a WebAssembly local.</summary>
    Local,

    /// <summary>A value that was computed into a slot, and never changes there.</summary>
    Temporary,

    /// <summary>The present value of a global.</summary>
    Global,

    /// <summary>A load; <see cref="Operand.Left"/> is the address, a native integer when its bounds are checked already.</summary>
    Load,

    /// <summary>An operation that neither traps nor has effects.</summary>
    Operation,

    /// <summary>A reference to a function of the instance.</summary>
    FunctionReference,
}

/// <summary>
/// A value on the operand stack while a function is compiled. It is an expression that is emitted only where it is used, so that IL
/// gets whole trees, and the IL stack is empty at every branch. What it depends on says when it must be computed early.
/// </summary>
internal sealed class Operand
{
    public required OperandKind Kind { get; init; }

    public required ValueType Type { get; init; }

    public Opcode Opcode { get; init; }

    /// <summary>The bits of a constant, the index of a local, global or function, or the offset of a load.</summary>
    public long Value { get; init; }

    /// <summary>The index of the memory that a load reads.</summary>
    public int Memory { get; init; }

    /// <summary>A constant of type v128.</summary>
    public Vector128<byte> Vector { get; init; }

    public Slot? Slot { get; init; }

    /// <summary>Whether using the value gives its slot back.</summary>
    public bool OwnsSlot { get; init; }

    public Operand? Left { get; init; }

    public Operand? Right { get; init; }

    /// <summary>How many nodes the expression has.</summary>
    public int Size { get; private init; } = 1;

    /// <summary>Which locals it reads: bit n stands for every local whose index ends in n, modulo 64.</summary>
    public ulong Locals { get; private init; }

    public bool ReadsGlobal { get; private init; }

    public bool ReadsMemory { get; private init; }

    /// <summary>Whether something in it loads from a guarded memory without a check: it must be computed before what can be seen of a trap.</summary>
    public bool MayTrap { get; private init; }

    /// <summary>Whether emitting it more than once costs nothing.</summary>
    public bool IsSimple => Kind is OperandKind.Constant or OperandKind.Local or OperandKind.Temporary;

    /// <summary>Whether it can be left where it is when control flow joins.</summary>
    public bool IsSettled => Kind is OperandKind.Constant or OperandKind.Temporary;

    public static Operand Constant(ValueType type, long value) => new() { Kind = OperandKind.Constant, Type = type, Value = value };

    public static Operand Constant(Vector128<byte> value) => new() { Kind = OperandKind.Constant, Type = ValueType.V128, Vector = value };

    public static Operand Local(int index, ValueType type) =>
        new() { Kind = OperandKind.Local, Type = type, Value = index, Locals = LocalBit(index) };

    public static Operand Temporary(Slot slot, bool owned) =>
        new() { Kind = OperandKind.Temporary, Type = slot.Type, Slot = slot, OwnsSlot = owned };

    public static Operand Global(int index, ValueType type) =>
        new() { Kind = OperandKind.Global, Type = type, Value = index, ReadsGlobal = true };

    public static Operand FunctionReference(int index) =>
        new() { Kind = OperandKind.FunctionReference, Type = ValueType.FuncRef, Value = index };

    public static Operand Load(Opcode opcode, ValueType type, int memory, Operand address, long offset, bool mayTrap) => new()
    {
        Kind = OperandKind.Load,
        Type = type,
        Opcode = opcode,
        Memory = memory,
        Value = offset,
        Left = address,
        Size = address.Size + 1,
        Locals = address.Locals,
        ReadsGlobal = address.ReadsGlobal,
        ReadsMemory = true,
        MayTrap = mayTrap,
    };

    public static Operand Operation(Opcode opcode, ValueType type, Operand left, Operand? right = null) => new()
    {
        Kind = OperandKind.Operation,
        Type = type,
        Opcode = opcode,
        Left = left,
        Right = right,
        Size = left.Size + (right?.Size ?? 0) + 1,
        Locals = left.Locals | (right?.Locals ?? 0),
        ReadsGlobal = left.ReadsGlobal || right is { ReadsGlobal: true },
        ReadsMemory = left.ReadsMemory || right is { ReadsMemory: true },
        MayTrap = left.MayTrap || right is { MayTrap: true },
    };

    /// <summary>The same expression with another operand in place of a local. The first place owns what the operand owns.</summary>
    public Operand WithLocal(int index, Operand replacement)
    {
        var owned = replacement;
        return Replace(this);

        Operand Replace(Operand operand)
        {
            if ((operand.Locals & LocalBit(index)) == 0)
            {
                return operand;
            }

            if (operand.Kind == OperandKind.Local)
            {
                if (operand.Value != index)
                {
                    return operand;
                }

                var used = owned;
                owned = Temporary(replacement.Slot!, owned: false);
                return used;
            }

            var left = Replace(operand.Left!);
            return operand.Kind == OperandKind.Load
                ? Load(operand.Opcode, operand.Type, operand.Memory, left, operand.Value, operand.MayTrap)
                : Operation(operand.Opcode, operand.Type, left, operand.Right is null ? null : Replace(operand.Right));
        }
    }

    public static ulong LocalBit(int index) => 1UL << (index & 63);
}
