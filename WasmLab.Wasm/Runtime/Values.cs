using System.Runtime.Intrinsics;
using WasmLab.Wasm.Compilation;

namespace WasmLab.Wasm.Runtime;

/// <summary>Turns values of the host into slots of compiled code, and back. A vector takes two slots, any other value one.</summary>
internal static unsafe class Values
{
    public static void ToSlots(Engine engine, Store store, ValueType type, object? value, Span<long> slots)
    {
        if (type != ValueType.V128)
        {
            slots[0] = ToSlot(engine, store, type, value);
            return;
        }

        var vector = value switch
        {
            Vector128<byte> bits => bits.AsInt64(),
            UInt128 number => Vector128.Create((long)(ulong)number, (long)(ulong)(number >> 64)),
            _ => throw Unfit(type, value),
        };
        vector.CopyTo(slots);
    }

    public static object? FromSlots(Engine engine, ValueType type, ReadOnlySpan<long> slots) =>
        type == ValueType.V128 ? Vector128.Create(slots[..2]).AsByte() : FromSlot(engine, type, slots[0]);

    public static long ToSlot(Engine engine, Store store, ValueType type, object? value) => (type, value) switch
    {
        (ValueType.I32, int number) => (uint)number,
        (ValueType.I32, uint number) => number,
        (ValueType.I64, long number) => number,
        (ValueType.I64, ulong number) => (long)number,
        (ValueType.I64, int number) => number,
        (ValueType.F32, float number) => WasmMath.SlotOfF32(number),
        (ValueType.F64, double number) => BitConverter.DoubleToInt64Bits(number),
        (ValueType.FuncRef, null) => 0,
        (ValueType.FuncRef, Function function) when function.Engine != engine =>
            throw new ArgumentException("the function belongs to another engine", nameof(value)),
        (ValueType.FuncRef, Function function) => (long)function.ReferenceFor(store),
        (ValueType.ExnRef, null) => 0,
        (ValueType.ExnRef, WasmException exception) => ExceptionCalls.HandleOf(exception),
        (ValueType.ExternRef, _) => engine.References.HandleOf(value),
        _ => throw Unfit(type, value),
    };

    public static object? FromSlot(Engine engine, ValueType type, long slot) => type switch
    {
        ValueType.I32 => (int)slot,
        ValueType.I64 => slot,
        ValueType.F32 => BitConverter.Int32BitsToSingle((int)slot),
        ValueType.F64 => BitConverter.Int64BitsToDouble(slot),
        ValueType.FuncRef => slot == 0 ? null : Function.FromRecord((FunctionRecord*)slot),
        ValueType.ExnRef => ExceptionCalls.FromHandle((nint)slot),
        ValueType.ExternRef => engine.References.ObjectOf((nint)slot),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "not a type of value that takes one slot"),
    };

    private static ArgumentException Unfit(ValueType type, object? value) =>
        new($"a value of type {type.Name()} is needed, but {value ?? "null"} ({value?.GetType().Name}) was given", nameof(value));
}
