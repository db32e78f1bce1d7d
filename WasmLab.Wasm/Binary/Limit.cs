namespace WasmLab.Wasm.Binary;

/// <summary>What a module may have at most: the limits that web browsers agreed on, so that what runs there runs here.</summary>
internal static class Limit
{
    public const int Types = 1_000_000;
    public const int Functions = 1_000_000;
    public const int Imports = 1_000_000;
    public const int Exports = 1_000_000;
    public const int Globals = 1_000_000;
    public const int Tables = 100_000;
    public const int Tags = 1_000_000;
    public const int Memories = 100;
    public const int DataSegments = 100_000;
    public const int ElementSegments = 10_000_000;
    public const int ElementItems = 10_000_000;
    public const int Parameters = 1_000;
    public const int Results = 1_000;
    public const int Locals = 50_000;
    public const int OperandStack = 1_000_000;
    public const int FunctionSize = 7_654_321;
}
