using System.Formats.Tar;
using System.Text.Json;

using WasmLab.Oci.Layout;

namespace WasmLab.Oci;

/// <summary>Reads an archive that holds an OCI image layout, as <c>docker save</c> (from Docker 25 on) and <see cref="ImageArchive"/> write it.</summary>
internal sealed class ImageArchiveReader(BlobStore blobs)
{
    private const string BlobFolder = "blobs/sha256/";

    /// <summary>Keeps every blob, each only under the digest that it has.</summary>
    /// <returns>The archive's images.</returns>
    public async Task<IReadOnlyList<Descriptor>> ReadAsync(Stream input, CancellationToken cancellationToken)
    {
        IReadOnlyList<Descriptor>? images = null;
        await using var reader = new TarReader(input, leaveOpen: true);
        while (await NextAsync(reader, cancellationToken) is { } entry)
        {
            var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            if (entry.DataStream is not { } content || entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
            {
                continue;
            }

            if (name == "index.json")
            {
                images = ReadIndex(await BytesAsync(content, cancellationToken));
            }
            else if (name.StartsWith(BlobFolder, StringComparison.Ordinal))
            {
                await KeepAsync("sha256:" + name[BlobFolder.Length..], await BytesAsync(content, cancellationToken), cancellationToken);
            }
        }

        return images ?? throw new ImageException("The archive holds no OCI image layout (no index.json): 'docker save' writes one from Docker 25 on.");
    }

    private static async Task<TarEntry?> NextAsync(TarReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.GetNextEntryAsync(copyData: false, cancellationToken);
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw new ImageException($"The archive is damaged: {exception.Message} Write it again.", exception);
        }
    }

    private async Task KeepAsync(string digest, byte[] content, CancellationToken cancellationToken)
    {
        if (BlobStore.DigestOf(content) is var found && found != digest)
        {
            throw new ImageException($"The archive is damaged: blob {digest} has digest {found}. Write it again.");
        }

        await blobs.WriteAsync(digest, content, cancellationToken);
    }

    private static IReadOnlyList<Descriptor> ReadIndex(byte[] content)
    {
        try
        {
            return JsonSerializer.Deserialize(content, Documents.Relaxed.IndexDocument)?.Manifests ?? [];
        }
        catch (JsonException exception)
        {
            throw new ImageException($"The archive's index.json cannot be read: {exception.Message}", exception);
        }
    }

    private static async Task<byte[]> BytesAsync(Stream content, CancellationToken cancellationToken)
    {
        var bytes = new byte[content.Length];
        await content.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }
}
