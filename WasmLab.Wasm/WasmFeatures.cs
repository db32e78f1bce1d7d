namespace WasmLab.Wasm;

/// <summary>What WebAssembly 3.0 adds to 2.0, feature by feature. WebAssembly 2.0, fixed-width SIMD included, is always there.</summary>
[Flags]
public enum WasmFeatures
{
    /// <summary>WebAssembly 2.0, and nothing more.</summary>
    None = 0,

    /// <summary>Additions, subtractions and multiplications of integers in constant expressions.</summary>
    ExtendedConstantExpressions = 1 << 0,

    /// <summary>Calls that take the place of a return, so that they never exhaust the stack.</summary>
    TailCalls = 1 << 1,

    /// <summary>More than one memory in a module.</summary>
    MultipleMemories = 1 << 2,

    /// <summary>Memories and tables with 64-bit addresses.</summary>
    Memory64 = 1 << 3,

    /// <summary>Vector instructions whose results may differ between engines; here they are the same everywhere.</summary>
    RelaxedSimd = 1 << 4,

    /// <summary>Exceptions with tags, and references to exceptions (exnref).</summary>
    Exceptions = 1 << 5,

    /// <summary>Everything that this engine has.</summary>
    All = ExtendedConstantExpressions | TailCalls | MultipleMemories | Memory64 | RelaxedSimd | Exceptions,
}
