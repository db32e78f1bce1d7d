using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace WasmLab.Wasm.Precompilation;

/// <summary>
/// A file of compiled code: an assembly, behind it the manifest and its length, and at the end a code (HMAC-SHA256) over all of it and
/// over what the code was compiled for. Whoever does not have the key cannot make one, and a file that is cut off, changed, or meant for
/// something else does not match.
/// </summary>
internal static class CacheFile
{
    private const int CodeSize = 32;
    private const int MinimumSize = CodeSize + sizeof(int);

    /// <summary>Appends the end to a file that holds the assembly.</summary>
    public static void Complete(string path, CodeManifest manifest, string identity, ReadOnlySpan<byte> key)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Seek(0, SeekOrigin.End);
        using (var writer = new BinaryWriter(file, Encoding.UTF8, leaveOpen: true))
        {
            var start = file.Position;
            manifest.Write(writer);
            writer.Write((int)(file.Position - start));
        }

        file.Position = 0;
        using var code = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        code.AppendData(Encoding.UTF8.GetBytes(identity + "\0"));
        var buffer = new byte[128 * 1024];
        for (int read; (read = file.Read(buffer)) > 0;)
        {
            code.AppendData(buffer, 0, read);
        }

        file.Write(code.GetHashAndReset());
        file.Flush(flushToDisk: true);
    }

    /// <summary>Reads a file's manifest and its code; null when it is not whole, not from here, or meant for something else.</summary>
    public static (CodeManifest Manifest, string Code)? Read(string path, string identity, ReadOnlySpan<byte> key)
    {
        var bytes = File.ReadAllBytes(path);
        if (bytes.Length < MinimumSize)
        {
            return null;
        }

        var content = bytes.AsSpan(0, bytes.Length - CodeSize);
        var found = bytes.AsSpan(content.Length);
        using var code = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        code.AppendData(Encoding.UTF8.GetBytes(identity + "\0"));
        code.AppendData(content);
        if (!CryptographicOperations.FixedTimeEquals(code.GetHashAndReset(), found))
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(content[^sizeof(int)..]);
        using var reader = new BinaryReader(new MemoryStream(bytes, content.Length - sizeof(int) - length, length));
        return (CodeManifest.Read(reader), Convert.ToHexString(found));
    }
}
