namespace WasmLab.Wasm;

/// <summary>The type of a WebAssembly value.</summary>
#pragma warning disable CA1028 // the byte is the type's code in the binary format
public enum ValueType : byte
#pragma warning restore CA1028
{
    /// <summary>No type: what the validator assumes in unreachable code. No value has it.</summary>
    None = 0,

    /// <summary>A 32-bit integer.</summary>
    I32 = 0x7F,

    /// <summary>A 64-bit integer.</summary>
    I64 = 0x7E,

    /// <summary>A 32-bit IEEE 754 number.</summary>
    F32 = 0x7D,

    /// <summary>A 64-bit IEEE 754 number.</summary>
    F64 = 0x7C,

    /// <summary>A 128-bit vector.</summary>
    V128 = 0x7B,

    /// <summary>A nullable reference to a function.</summary>
    FuncRef = 0x70,

    /// <summary>A nullable reference to an object of the host.</summary>
    ExternRef = 0x6F,

    /// <summary>A nullable reference to an exception.</summary>
    ExnRef = 0x69,
}

internal static class ValueTypes
{
    public static string Name(this ValueType type) => type switch
    {
        ValueType.I32 => "i32",
        ValueType.I64 => "i64",
        ValueType.F32 => "f32",
        ValueType.F64 => "f64",
        ValueType.V128 => "v128",
        ValueType.FuncRef => "funcref",
        ValueType.ExternRef => "externref",
        ValueType.ExnRef => "exnref",
        _ => "any",
    };

    public static bool IsReference(this ValueType type) => type is ValueType.FuncRef or ValueType.ExternRef or ValueType.ExnRef;

    /// <summary>How many slots of eight bytes a value takes when it lies in memory.</summary>
    public static int SlotCount(this ValueType type) => type == ValueType.V128 ? 2 : 1;
}
