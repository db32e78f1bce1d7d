using System.Text;

namespace WasmLab.Wasm.Wasi.Files;

/// <summary>One name in a directory.</summary>
internal sealed record DirectoryEntry(byte[] Name, FileType Type, ulong Inode)
{
    public static IReadOnlyList<DirectoryEntry> List(string directory)
    {
        var self = FileStatus.Find(directory) ?? throw new WasiErrnoException(Errno.NoEntry);

        // The parent may lie outside of what the guest may see, so its number is not told.
        var entries = new List<DirectoryEntry>
        {
            new("."u8.ToArray(), FileType.Directory, self.Inode),
            new(".."u8.ToArray(), FileType.Directory, self.Inode),
        };
        foreach (var path in Directory.EnumerateFileSystemEntries(directory, "*", AllEntries))
        {
            if (FileStatus.Find(path) is { } status)
            {
                entries.Add(new DirectoryEntry(Encoding.UTF8.GetBytes(Path.GetFileName(path)), status.Type, status.Inode));
            }
        }

        return entries;
    }

    private static readonly EnumerationOptions AllEntries = new() { AttributesToSkip = 0, IgnoreInaccessible = false };
}
