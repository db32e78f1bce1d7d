using System.Runtime.InteropServices;

namespace WasmLab.Wasm.Wasi.Files;

/// <summary>Reads a directory with <c>readdir(3)</c>: names as the bytes they are, and types without a look at each entry.</summary>
internal static class LinuxDirectoryReader
{
    // struct dirent of the 64-bit systems: {u64 inode; i64 offset; u16 length; u8 type; name}
    private const int TypeOffset = 18;
    private const int NameOffset = 19;

    /// <summary>Reads and closes <paramref name="descriptor"/>.</summary>
    public static unsafe List<DirectoryEntry> Read(int descriptor, LinuxDirectory directory)
    {
        var stream = LinuxFiles.OpenDirectoryStream(descriptor);
        if (stream == 0)
        {
            var errno = ErrnoMapping.FromUnix(Marshal.GetLastPInvokeError());
            _ = LinuxFiles.Close(descriptor);
            throw new WasiErrnoException(errno);
        }

        try
        {
            var entries = DirectoryEntry.SelfAndParent(directory.Status.Inode);
            while (LinuxFiles.ReadDirectory(stream) is var entry && entry != 0)
            {
                var name = MemoryMarshal.CreateReadOnlySpanFromNullTerminated((byte*)entry + NameOffset);
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                {
                    entries.Add(new DirectoryEntry(name.ToArray(), TypeOf(((byte*)entry)[TypeOffset]), *(ulong*)entry));
                }
            }

            return entries;
        }
        finally
        {
            _ = LinuxFiles.CloseDirectoryStream(stream);
        }
    }

    private static FileType TypeOf(byte type) => type switch
    {
        2 => FileType.CharacterDevice,
        4 => FileType.Directory,
        6 => FileType.BlockDevice,
        8 => FileType.RegularFile,
        10 => FileType.SymbolicLink,
        12 => FileType.SocketStream,
        _ => FileType.Unknown,
    };
}
