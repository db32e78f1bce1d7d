namespace WasmLab.Wasm.Runtime;

/// <summary>What is left of a limit that several things share.</summary>
internal sealed class Budget(long limit)
{
    private long _left = limit;

    /// <summary>Takes so much, or nothing when less is left.</summary>
    public bool TryTake(long amount)
    {
        if (amount > _left)
        {
            return false;
        }

        _left -= amount;
        return true;
    }
}
