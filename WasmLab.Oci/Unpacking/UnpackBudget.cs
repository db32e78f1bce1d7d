namespace WasmLab.Oci.Unpacking;

/// <summary>What is left of the limits while an image is unpacked.</summary>
internal sealed class UnpackBudget(UnpackLimits limits)
{
    private long bytes = limits.MaxBytes;
    private int entries = limits.MaxEntries;

    public void TakeBytes(long count)
    {
        bytes -= count;
        if (bytes < 0)
        {
            throw new ImageException($"its layers expand to more than {limits.MaxBytes} bytes (the limit MaxBytes).");
        }
    }

    public void TakeEntry()
    {
        if (--entries < 0)
        {
            throw new ImageException($"its layers have more than {limits.MaxEntries} entries (the limit MaxEntries).");
        }
    }
}
