namespace WasmLab.Wasm.Compilation.Division;

/// <summary>What the just-in-time compiler counts of a method before it decides whether to optimize it.</summary>
internal readonly record struct ILCost(int Bytes, int Instructions, int Blocks, int LocalReferences, int Locals)
{
    // DEFAULT_MIN_OPTS_CODE_SIZE and its kin in the runtime's jit/compiler.h.
    public const double MaxBytes = 60_000;
    private const double MaxInstructions = 20_000;
    private const double MaxBlocks = 2_000;
    private const double MaxLocalReferences = 8_000;
    private const double MaxLocals = 2_000;

    /// <summary>The part of its limit that the largest of the counts makes up: above 1, the method is not optimized.</summary>
    public double Weight => Math.Max(
        Math.Max(Bytes / MaxBytes, Instructions / MaxInstructions),
        Math.Max(Blocks / MaxBlocks, Math.Max(LocalReferences / MaxLocalReferences, Locals / MaxLocals)));

    public static ILCost operator +(ILCost left, ILCost right) => new(
        left.Bytes + right.Bytes,
        left.Instructions + right.Instructions,
        left.Blocks + right.Blocks,
        left.LocalReferences + right.LocalReferences,
        left.Locals + right.Locals);

    public static ILCost operator -(ILCost left, ILCost right) => new(
        left.Bytes - right.Bytes,
        left.Instructions - right.Instructions,
        left.Blocks - right.Blocks,
        left.LocalReferences - right.LocalReferences,
        left.Locals - right.Locals);
}
