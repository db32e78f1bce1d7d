using WasmLab.Wasm;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Fuzz.Generation;

/// <summary>What a generated module consists of, decided before its code is.</summary>
internal sealed class ModuleShape
{
    /// <summary>The first global holds how much may still run; it is not for the code to touch.</summary>
    public const uint FuelGlobal = 0;

    private static readonly ValueType[] Numbers = [ValueType.I32, ValueType.I64, ValueType.F32, ValueType.F64];

    public ModuleShape(Random random)
    {
        Globals = [ValueType.I32, .. Numbers, Numbers[random.Next(4)]];
        for (var i = random.Next(2, 6); i > 0; i--)
        {
            Functions.Add(new FunctionType(Some(random, 4), Some(random, 3)));
        }

        MemoryPages = random.Next(1, 3);
        TableSize = Functions.Count + random.Next(1, 4);
    }

    public List<FunctionType> Functions { get; } = [];

    public ValueType[] Globals { get; }

    public int MemoryPages { get; }

    /// <summary>The table holds the functions in order, then nulls.</summary>
    public int TableSize { get; }

    public static ValueType Number(Random random) => Numbers[random.Next(4)];

    private static ValueType[] Some(Random random, int limit) => [.. Enumerable.Range(0, random.Next(limit)).Select(_ => Number(random))];
}
