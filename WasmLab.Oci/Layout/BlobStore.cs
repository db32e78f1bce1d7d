using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace WasmLab.Oci.Layout;

/// <summary>The blobs of a layout, each in a file named by its digest and never trusted without it.</summary>
internal sealed class BlobStore(string layoutDirectory)
{
    private const string Algorithm = "sha256:";

    /// <summary>Manifests and configurations are held in memory, so they may not be of any size.</summary>
    private const long MaxDocumentSize = 8 * 1024 * 1024;

    private readonly string directory = Path.Combine(layoutDirectory, "blobs", "sha256");

    public static string DigestOf(ReadOnlySpan<byte> content) => Algorithm + Convert.ToHexStringLower(SHA256.HashData(content));

    public async Task WriteAsync(string digest, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var path = PathOf(digest);
        if (await IsIntactAsync(path, digest, content.Length, cancellationToken))
        {
            return;
        }

        Directory.CreateDirectory(directory);
        await AtomicFile.WriteAsync(path, content, cancellationToken);
    }

    /// <summary>Opens a blob after having compared its content with its digest.</summary>
    public async Task<FileStream> OpenAsync(Descriptor descriptor, CancellationToken cancellationToken)
    {
        var stream = Open(descriptor);
        try
        {
            Verify(descriptor, stream.Length, Algorithm + Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)));
            stream.Position = 0;
            return stream;
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    public T Read<T>(Descriptor descriptor, JsonTypeInfo<T> type)
    {
        using var stream = Open(descriptor);
        if (stream.Length > MaxDocumentSize)
        {
            throw new ImageException($"Blob {descriptor.Digest} has {stream.Length} bytes: a {descriptor.MediaType} has at most {MaxDocumentSize}.");
        }

        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        Verify(descriptor, content.Length, DigestOf(content));
        try
        {
            return JsonSerializer.Deserialize(content, type)
                ?? throw new ImageException($"Blob {descriptor.Digest} is not a {descriptor.MediaType}: it is null.");
        }
        catch (JsonException exception)
        {
            throw new ImageException($"Blob {descriptor.Digest} is not a {descriptor.MediaType}: {exception.Message}", exception);
        }
    }

    private FileStream Open(Descriptor descriptor)
    {
        try
        {
            return new FileStream(PathOf(descriptor.Digest), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, useAsync: false);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ImageException($"Blob {descriptor.Digest} ({descriptor.MediaType}) is missing in '{layoutDirectory}': build or copy the image again.", exception);
        }
    }

    private void Verify(Descriptor descriptor, long size, string digest)
    {
        if (digest != descriptor.Digest || size != descriptor.Size)
        {
            throw new ImageException(
                $"Blob {descriptor.Digest} in '{layoutDirectory}' is corrupted: {size} bytes with digest {digest}, expected {descriptor.Size} bytes. Build or copy the image again.");
        }
    }

    private static async Task<bool> IsIntactAsync(string path, string digest, long size, CancellationToken cancellationToken)
    {
        if (new FileInfo(path) is not { Exists: true } file || file.Length != size)
        {
            return false;
        }

        await using var stream = file.OpenRead();
        return Algorithm + Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) == digest;
    }

    /// <summary>A digest names a file, so what is not exactly one must not come near a path.</summary>
    private string PathOf(string digest)
    {
        var hex = digest.StartsWith(Algorithm, StringComparison.Ordinal) ? digest[Algorithm.Length..] : "";
        if (hex.Length != 64 || hex.AsSpan().ContainsAnyExcept(LowerHex))
        {
            throw new ImageException($"'{digest}' is not a digest that can be read: sha256: and 64 hexadecimal digits are.");
        }

        return Path.Combine(directory, hex);
    }

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");
}
