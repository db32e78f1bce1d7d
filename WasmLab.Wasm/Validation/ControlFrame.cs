using WasmLab.Wasm.Binary;

namespace WasmLab.Wasm.Validation;

/// <summary>An open block, loop, if or else, or the function itself.</summary>
internal struct ControlFrame
{
    /// <summary>The instruction that opened it; <see cref="Opcode.Block"/> for the function.</summary>
    public Opcode Opcode;

    public IReadOnlyList<ValueType> Parameters;

    public IReadOnlyList<ValueType> Results;

    /// <summary>How many operands lay on the stack below it.</summary>
    public int Height;

    /// <summary>Whether the rest of it cannot be reached.</summary>
    public bool Unreachable;

    /// <summary>The types of the values that a branch to it takes along.</summary>
    public readonly IReadOnlyList<ValueType> LabelTypes => Opcode == Opcode.Loop ? Parameters : Results;
}
