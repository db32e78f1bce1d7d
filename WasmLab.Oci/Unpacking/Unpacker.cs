using WasmLab.Oci.Layout;

namespace WasmLab.Oci.Unpacking;

/// <summary>Applies an image's layers in a directory beside the wanted one, which is then moved into its place.</summary>
internal sealed class Unpacker(BlobStore blobs, UnpackLimits limits)
{
    public async Task UnpackAsync(ImageManifestInfo image, string rootfs, CancellationToken cancellationToken)
    {
        var destination = Path.TrimEndingDirectorySeparator(Path.GetFullPath(rootfs));
        if (File.Exists(destination) || (Directory.Exists(destination) && Directory.EnumerateFileSystemEntries(destination).Any()))
        {
            throw new ImageException($"Image {image.Reference} cannot be unpacked into '{rootfs}': it exists and is not empty.");
        }

        var staging = $"{destination}.{Path.GetRandomFileName()}.unpacking";
        Directory.CreateDirectory(staging);
        try
        {
            var root = new RootDirectory(staging);
            var budget = new UnpackBudget(limits);
            foreach (var layer in image.Layers)
            {
                await ApplyAsync(layer, root, budget, cancellationToken);
            }

            root.VerifyLinks();
            if (Directory.Exists(destination))
            {
                Directory.Delete(destination);
            }

            Directory.Move(staging, destination);
        }
        catch (Exception exception)
        {
            Delete(staging);
            if (exception is ImageException)
            {
                throw new ImageException($"Image {image.Reference} cannot be unpacked: {exception.Message}", exception);
            }

            throw;
        }
    }

    private async Task ApplyAsync(ImageLayer layer, RootDirectory root, UnpackBudget budget, CancellationToken cancellationToken)
    {
        var compression = MediaTypes.CompressionOf(layer.MediaType)
            ?? throw new ImageException($"layer {layer.Digest} is a {layer.MediaType}; layers that are tar or tar+gzip can be read. Build the image with gzip.");
        await using var blob = await blobs.OpenAsync(new Descriptor(layer.MediaType, layer.Digest, layer.Size), cancellationToken);
        await using var content = new LayerStream(blob, compression, budget);
        try
        {
            await new LayerApplier(root, budget).ApplyAsync(content, cancellationToken);
            await content.DrainAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or NotSupportedException)
        {
            throw new ImageException($"layer {layer.Digest} is not a valid archive: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ImageException($"layer {layer.Digest} cannot be written: {exception.Message}", exception);
        }

        if (content.Digest != layer.DiffId)
        {
            throw new ImageException($"layer {layer.Digest} holds an archive with digest {content.Digest}, not {layer.DiffId} as the configuration says.");
        }
    }

    private static void Delete(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (IOException)
        {
            // What is left has a name that nobody reads; the reason for the failure matters more.
        }
        catch (UnauthorizedAccessException)
        {
            // As above.
        }
    }
}
