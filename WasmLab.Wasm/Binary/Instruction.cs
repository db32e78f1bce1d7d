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

    /// <summary>The second index.</summary>
    public uint Second;

    /// <summary>A constant's bits, a memory offset, or a block type in its signed form.</summary>
    public long Value;

    /// <summary>The labels of a br_table, the default last; the types of a typed select.</summary>
    public uint[]? Many;
}
