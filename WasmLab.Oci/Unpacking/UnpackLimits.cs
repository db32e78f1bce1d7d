namespace WasmLab.Oci;

/// <summary>What unpacking an image may take, so that a small file which expands to a huge one does no harm.</summary>
public sealed record UnpackLimits
{
    /// <summary>The uncompressed bytes of all layers together; 4 GiB unless set.</summary>
    public long MaxBytes { get; init; } = 4L * 1024 * 1024 * 1024;

    /// <summary>The entries of all layers together; 500,000 unless set.</summary>
    public int MaxEntries { get; init; } = 500_000;
}
