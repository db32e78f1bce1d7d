using System.Runtime.Intrinsics;

namespace WasmLab.Wasm.Binary;

/// <summary>One instruction with its immediates.</summary>
internal struct Instruction
{
    /// <summary>What it does.</summary>
    public Opcode Opcode;

    /// <summary>The offset in the module where it starts.</summary>
    public int Offset;

    /// <summary>The first index, label, alignment or value type.</summary>
    public uint First;

    /// <summary>The second index; of an access that of the memory.</summary>
    public uint Second;

    /// <summary>A constant's bits, a memory offset, or a block type in its signed form.</summary>
    public long Value;

    /// <summary>The lane of a vector that is meant.</summary>
    public byte Lane;

    /// <summary>A vector constant, or the lanes that a shuffle picks.</summary>
    public Vector128<byte> Vector;

    /// <summary>The labels of a br_table, the default last; the types of a typed select.</summary>
    public uint[]? Many;

    /// <summary>The clauses of a try_table.</summary>
    public CatchClause[]? Catches;
}
