namespace WasmLab.Wasm.Compilation;

/// <summary>Where each of several values lies when they are passed in memory: in slots of eight bytes, a vector in two.</summary>
internal sealed class SlotLayout
{
    public const int SlotSize = sizeof(long);

    private readonly int[] _starts;

    public SlotLayout(ValueType[] types)
    {
        _starts = new int[types.Length];
        for (var i = 0; i < types.Length; i++)
        {
            _starts[i] = Count;
            Count += types[i].SlotCount();
        }
    }

    /// <summary>How many slots there are.</summary>
    public int Count { get; }

    /// <summary>The first slot of a value.</summary>
    public int this[int value] => _starts[value];

    /// <summary>How many bytes all results but the first take.</summary>
    public int ExtraSize => _starts.Length > 1 ? (Count - _starts[1]) * SlotSize : 0;

    /// <summary>The offset in bytes of a result other than the first, from the second one on.</summary>
    public int ExtraOffset(int value) => (_starts[value] - _starts[1]) * SlotSize;

}
