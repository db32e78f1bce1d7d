using WasmLab.Wasm;
using ValueType = WasmLab.Wasm.ValueType;

namespace WasmLab.Fuzz.Generation;

/// <summary>What a generated module consists of, decided before its code is.</summary>
internal sealed class ModuleShape
{
    /// <summary>The first global holds how much may still run; it is not for the code to touch.</summary>
    public const uint FuelGlobal = 0;

    private static readonly ValueType[] Numbers = [ValueType.I32, ValueType.I64, ValueType.F32, ValueType.F64, ValueType.V128];

    private readonly bool _isComplete;

    public ModuleShape(Random random, bool isComplete)
    {
        _isComplete = isComplete;
        Globals = [ValueType.I32, .. Types, Number(random)];
        for (var i = random.Next(2, 6); i > 0; i--)
        {
            // Some have the same results as another, so that one can call the other in its own place.
            var results = Functions.Count > 0 && random.Next(2) == 0 ? Functions[^1].Results : Some(random, 3);
            Functions.Add(new FunctionType(Some(random, 4), results));
        }

        MemoryPages = random.Next(1, 3);
        TableSize = Functions.Count + random.Next(1, 4);
    }

    /// <summary>Whether there may be tail calls.</summary>
    public bool HasTailCalls => _isComplete;

    /// <summary>Whether a type may occur in the code.</summary>
    public bool Allows(ValueType type) => type != ValueType.V128 || _isComplete;

    public List<FunctionType> Functions { get; } = [];

    public ValueType[] Globals { get; }

    public int MemoryPages { get; }

    /// <summary>The table holds the functions in order, then nulls.</summary>
    public int TableSize { get; }

    /// <summary>A type of numbers or vectors.</summary>
    public ValueType Number(Random random) => Numbers[random.Next(_isComplete ? Numbers.Length : Numbers.Length - 1)];

    private IEnumerable<ValueType> Types => _isComplete ? Numbers : Numbers.SkipLast(1);

    private ValueType[] Some(Random random, int limit) => [.. Enumerable.Range(0, random.Next(limit)).Select(_ => Number(random))];
}
