using System.Buffers.Binary;
using System.Text;
using WasmLab.Wasm.Wasi.Descriptors;
using WasmLab.Wasm.Wasi.Files;

namespace WasmLab.Wasm.Wasi.Functions;

/// <summary><c>fd_prestat_*</c> and <c>fd_readdir</c>.</summary>
internal static class FdDirectoryFunctions
{
    private const uint PrestatSize = 8;
    private const int EntryHeaderSize = 24;

    public static readonly WasiImport[] All =
    [
        WasiImport.Returning("fd_prestat_get", "ii", GetPrestat),
        WasiImport.Returning("fd_prestat_dir_name", "iii", GetPreopenName),
        WasiImport.Returning("fd_readdir", "iiili", ReadDirectory),
    ];

    /// <summary><c>{u8 tag (0: directory); u32 length of the name @4}</c>.</summary>
    private static Errno GetPrestat(WasiCall call)
    {
        var name = PreopenName(call);
        var result = call.Result(1, PrestatSize);
        result.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(result[4..], Encoding.UTF8.GetByteCount(name));
        return Errno.Success;
    }

    private static Errno GetPreopenName(WasiCall call)
    {
        var name = PreopenName(call);
        return Encoding.UTF8.TryGetBytes(name, call.Bytes(1), out _) ? Errno.Success : Errno.NameTooLong;
    }

    private static string PreopenName(WasiCall call) =>
        (call.Context.Descriptors.Get(call.UInt32(0)) as DirectoryDescriptor)?.PreopenName
        ?? throw new WasiErrnoException(Errno.BadDescriptor);

    /// <summary>
    /// Entries are <c>{u64 cookie of the next; u64 inode @8; u32 length of the name @16; u8 type @20}</c> and the name.
    /// The last one may be cut off: a buffer that is filled to the brim means that there is more.
    /// </summary>
    private static Errno ReadDirectory(WasiCall call)
    {
        var directory = call.Context.Descriptors.GetDirectory(call.UInt32(0), Rights.FdReadDirectory);
        var buffer = call.Bytes(1);
        var result = call.Result(4, 4);
        var cookie = (ulong)call.Int64(3);

        var entries = directory.List(restart: cookie == 0);
        var used = 0;
        for (var i = cookie; i < (ulong)entries.Count && used < buffer.Length; i++)
        {
            used += WriteEntry(buffer[used..], entries[(int)i], i + 1);
        }

        BinaryPrimitives.WriteInt32LittleEndian(result, used);
        return Errno.Success;
    }

    private static int WriteEntry(Span<byte> destination, DirectoryEntry entry, ulong next)
    {
        Span<byte> header = stackalloc byte[EntryHeaderSize];
        header.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(header, next);
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], entry.Inode);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], entry.Name.Length);
        header[20] = (byte)entry.Type;

        var headerLength = Math.Min(EntryHeaderSize, destination.Length);
        header[..headerLength].CopyTo(destination);
        var nameLength = Math.Min(entry.Name.Length, destination.Length - headerLength);
        entry.Name.AsSpan(0, nameLength).CopyTo(destination[headerLength..]);
        return headerLength + nameLength;
    }
}
