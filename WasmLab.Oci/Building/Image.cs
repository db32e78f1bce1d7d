using WasmLab.Oci.Layout;

namespace WasmLab.Oci;

/// <summary>An image that has been built and is held in memory.</summary>
public sealed class Image
{
    internal Image(Descriptor manifest, IReadOnlyList<ImageBlob> blobs)
    {
        Manifest = manifest;
        Blobs = blobs;
    }

    /// <summary>The digest of the image's manifest.</summary>
    public string Digest => Manifest.Digest;

    /// <summary>The size of manifest, configuration and layers in bytes.</summary>
    public long Size => Blobs.Sum(blob => blob.Descriptor.Size);

    internal Descriptor Manifest { get; }

    internal IReadOnlyList<ImageBlob> Blobs { get; }
}

internal sealed record ImageBlob(Descriptor Descriptor, ReadOnlyMemory<byte> Content);
